package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.file.FileDeadLetters;
import io.synfire.ingest.file.FileForgetter;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import io.synfire.ingest.forget.HeldId;
import io.synfire.ingest.kafka.BrokerInUseException;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.TopicDeadLetters;
import io.synfire.ingest.kafka.TopicDeadLetters.Place;
import io.synfire.ingest.kafka.TopicForgetter;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.answer.ForgetAnswer.DeadLetter;
import io.synfire.query.answer.ForgetAnswer.Outcome;
import io.synfire.query.answer.ForgetAnswer.Part;
import io.synfire.query.cli.Operations.Forgotten;
import io.synfire.query.recall.UnknownConceptException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a memory forget, by what is appended to the logs it was learned from: its topic, its files, or both; and says what the memory did
 * with it. What a serving process learns, that process takes back when it reads it; a store that nobody serves is brought up to date here.
 */
final class Forgetting {

    private static final String KAFKA = "kafka:";
    private static final String REPEATED = "a command of this id was applied before";

    private final Settings settings;

    /** What is known of the memory, as of its last checkpoint; positions as of now, if somebody serves it and says so. */
    private record Known(
            LearningSettings learning,
            long watermarkMs,
            List<Position> positions,
            Unlearned unlearned,
            LearnedAnew learnedAnew,
            long deadLetters,
            long streamed) {}

    /** What was done so far. */
    private static final class Done {
        @Nullable
        ForgetReceipt receipt;

        @Nullable
        String doubt;

        final List<Part> parts = new ArrayList<>();
        final List<DeadLetter> deadLetters = new ArrayList<>();
        long deadLettersCount;

        void add(ForgetReceipt more) {
            ForgetReceipt before = receipt;
            receipt = before == null ? more : before.plus(more);
        }

        void add(DeadLetter letter) {
            deadLettersCount++;
            if (deadLetters.size() < ForgetAnswer.DEAD_LETTERS_MAX) {
                deadLetters.add(letter);
            }
        }
    }

    Forgetting(Settings settings) {
        this.settings = settings;
    }

    ForgetAnswer forget(Forgotten what) throws IOException {
        Known known = known(what);
        String topic = KAFKA + settings.topics().episodes();
        boolean hasTopic = known.positions().stream()
                .anyMatch(position -> position.source().equals(topic));
        boolean hasFiles = FileForgetter.hasFiles(known.positions());
        if (!hasTopic && !hasFiles) {
            throw new IllegalStateException(
                    "there is no log to forget from, the memory was learned from neither this topic nor files: topic="
                            + settings.topics().episodes()
                            + (known.streamed() == 0
                                    ? ""
                                    : " streamed=" + known.streamed() + ", a stream leaves no log"));
        }
        Done done = new Done();
        try (LateCluster cluster = new LateCluster(settings, what.patience())) {
            if (hasFiles) {
                inFiles(what, done, () -> {
                    if (hasTopic) {
                        var unused = cluster.get();
                    }
                });
            }
            if (hasTopic) {
                inTopic(what, known, done, cluster);
            }
            if (!hasFiles) {
                // What a rebuild of a topic has rejected is there, too.
                Path deadLetters = settings.data().resolve(Stores.DEAD_LETTERS);
                addLetters(FileDeadLetters.in(deadLetters, id(what)), deadLetters, done);
            }
        }
        return answer(what, known, done);
    }

    private Known known(Forgotten what) throws IOException {
        try (Engine engine = Engine.openReadOnly(settings.store(), settings.engine(), new SimpleMeterRegistry())) {
            MemoryView view = engine.view();
            Stores.requireSame(settings, view.settings());
            ServingClient server = server(what);
            String concept = what.concept();
            if (concept != null && view.conceptOf(concept) < 0 && !(server != null && server.mayKnow(concept))) {
                throw new UnknownConceptException(concept);
            }
            return new Known(
                    view.settings(),
                    view.watermarkMs(),
                    server == null ? view.positions() : served(server, view.positions()),
                    view.unlearned(),
                    view.learnedAnew(),
                    view.counts().deadLetters(),
                    Stretch.streamed(view.stretches()));
        }
    }

    /** Who serves the memory, and so knows more of it than was stored last; null if nobody does. */
    private @Nullable ServingClient server(Forgotten what) throws IOException {
        Optional<String> url = Serving.url(settings.data());
        return url.isEmpty()
                ? null
                : new ServingClient(url.get(), what.tokenFile(), settings.http().tls());
    }

    /** How far the memory is that is served; as far as it was stored, if nobody says, or another memory answers there. */
    private static List<Position> served(ServingClient server, List<Position> stored) throws IOException {
        try {
            List<Position> now = server.status().map(ServedStatus::positions).orElse(stored);
            boolean isSame = stored.stream().allMatch(position -> now.stream()
                    .anyMatch(other -> other.source().equals(position.source())
                            && other.sourceId().equals(position.sourceId())
                            && other.partition() == position.partition()
                            && other.nextOffset() >= position.nextOffset()));
            return isSame ? now : stored;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a memory was asked how far it is", e);
        }
    }

    private static HeldId id(Forgotten what) {
        return new HeldId(String.valueOf(what.context() == null ? what.concept() : what.context()));
    }

    /** {@code before} is called with the store at hand, before anything is appended. */
    private void inFiles(Forgotten what, Done done, Runnable before) throws IOException {
        Path deadLetters = settings.data().resolve(Stores.DEAD_LETTERS);
        List<Appended> appended = new ArrayList<>();
        String commandsId;
        try (DataLock held = DataLock.take(settings.data(), "forget");
                Engine engine = Stores.open(held, settings, new SimpleMeterRegistry())) {
            // Where there is no cluster for the topic's part, the files' part must not be there alone.
            before.run();
            FileForgetter forgetter = new FileForgetter(
                    engine, settings.data().resolve("forgotten.jsonl"), deadLetters, settings.decoding());
            String context = what.context();
            if (context != null) {
                ForgetReceipt receipt = forgetter.forgetContext(context);
                done.add(receipt);
                appended.addAll(receipt.appended());
            } else {
                appended.addAll(forgetter.forgetConcept(String.valueOf(what.concept())));
            }
            commandsId = forgetter.commandsId();
        } catch (StoreInUseException e) {
            throw new IllegalStateException(
                    "parts of the memory were learned from files, which only who has the store can take back, so stop that first: "
                            + e.getMessage(),
                    e);
        }
        FileDeadLetters letters = FileDeadLetters.in(deadLetters, id(what));
        for (Appended each : appended) {
            Optional<String> reason = letters.reason(commandsId, each.offset());
            if (reason.isEmpty() && each.isRepeated()) {
                done.parts.add(part(each, Outcome.REPEATED, REPEATED));
            } else {
                done.parts.add(
                        part(each, reason.isPresent() ? Outcome.DEAD_LETTER : Outcome.APPLIED, reason.orElse(null)));
            }
        }
        addLetters(letters, deadLetters, done);
    }

    private static void addLetters(FileDeadLetters letters, Path deadLetters, Done done) {
        letters.lines().forEach(line -> done.add(new DeadLetter("file:" + deadLetters, 0, line)));
    }

    private void inTopic(Forgotten what, Known known, Done done, LateCluster cluster) throws IOException {
        ClientProperties client = cluster.get().client();
        TopicForgetter forgetter = new TopicForgetter(
                client, settings.topics(), settings.decoding(), known.learning(), InstantSource.system());
        forgetter.knowing(known.learnedAnew());
        String context = what.context();
        List<Appended> appended = new ArrayList<>();
        if (context != null) {
            ForgetReceipt receipt =
                    forgetter.forgetContext(context, known.positions(), known.unlearned(), known.watermarkMs());
            done.add(receipt);
            done.doubt = forgetter.doubt(known.deadLetters()).orElse(null);
            appended.addAll(receipt.appended());
        } else {
            appended.addAll(forgetter.forgetConcept(String.valueOf(what.concept()), known.positions()));
        }
        MemoryWait.Waited waited = what.isAwaited() ? waited(what, known, cluster, appended) : null;
        TopicDeadLetters letters = new TopicDeadLetters(
                afterwards(cluster, waited),
                settings.topics().deadLetters(),
                id(what),
                topicId(known),
                known.unlearned().memoryId());
        letters.look();
        for (Appended each : appended) {
            done.parts.add(outcome(each, known, waited, letters));
        }
        letters.places()
                .forEach(place -> done.add(new DeadLetter(KAFKA + place.topic(), place.partition(), place.offset())));
    }

    /** The cluster may be another process's by now. */
    private static ClientProperties afterwards(LateCluster cluster, MemoryWait.@Nullable Waited waited) {
        try {
            return cluster.get().client();
        } catch (BrokerInUseException e) {
            String trouble = waited == null ? null : waited.trouble();
            throw new IllegalStateException(
                    "what forgets is in the log, and what the memory did with it cannot be seen"
                            + (trouble == null ? "" : ", " + trouble) + ": " + e.getMessage(),
                    e);
        }
    }

    private MemoryWait.Waited waited(Forgotten what, Known known, LateCluster cluster, List<Appended> appended)
            throws IOException {
        String topic = KAFKA + settings.topics().episodes();
        Map<Integer, Long> last = new HashMap<>();
        for (Appended each : appended) {
            if (each.source().equals(topic) && !isAnotherMembers(known, each.partition())) {
                last.merge(each.partition(), each.offset(), Math::max);
            }
        }
        return last.isEmpty()
                ? new MemoryWait.Waited(Map.of(), known.watermarkMs(), null)
                : new MemoryWait(settings, what, topicId(known), last).await(cluster);
    }

    private String topicId(Known known) {
        String topic = KAFKA + settings.topics().episodes();
        return known.positions().stream()
                .filter(position -> position.source().equals(topic))
                .map(Position::sourceId)
                .findFirst()
                .orElseThrow();
    }

    /** In a group each memory learns the partitions that it was given. */
    private boolean isAnotherMembers(Known known, int partition) {
        String topic = KAFKA + settings.topics().episodes();
        return settings.kafka().containsKey("group.id")
                && known.positions().stream()
                        .noneMatch(position -> position.source().equals(topic) && position.partition() == partition);
    }

    private Part outcome(Appended appended, Known known, MemoryWait.@Nullable Waited waited, TopicDeadLetters letters) {
        String topic = appended.source().substring(KAFKA.length());
        Optional<String> refused = letters.reason(new Place(topic, appended.partition(), appended.offset()));
        if (refused.isPresent()) {
            return part(appended, Outcome.DEAD_LETTER, refused.get());
        }
        if (waited == null) {
            return part(appended, Outcome.NOT_AWAITED, null);
        }
        if (!topic.equals(settings.topics().episodes())) {
            return part(appended, Outcome.ELSEWHERE, "the memory does not read this topic any more");
        }
        if (isAnotherMembers(known, appended.partition())) {
            return part(appended, Outcome.ELSEWHERE, "another member of the group learns this partition");
        }
        if (appended.isRepeated()) {
            return part(appended, Outcome.REPEATED, REPEATED);
        }
        if (!waited.hasRead(appended.partition(), appended.offset())) {
            return part(appended, Outcome.NOT_APPLIED, waited.trouble());
        }
        return appended.latestMs() > waited.watermarkMs()
                ? part(
                        appended,
                        Outcome.WAITING,
                        "it takes back what is later than all that the memory has learned: latest="
                                + Instant.ofEpochMilli(appended.latestMs()) + " watermark="
                                + Instant.ofEpochMilli(waited.watermarkMs()))
                : part(appended, Outcome.APPLIED, null);
    }

    private static Part part(Appended appended, Outcome outcome, @Nullable String reason) {
        return new Part(
                appended.source(), appended.partition(), appended.offset(), appended.eventId(), outcome, reason);
    }

    private static ForgetAnswer answer(Forgotten what, Known known, Done done) {
        ForgetReceipt receipt = done.receipt;
        if (receipt == null) {
            return new ForgetAnswer(
                    null,
                    what.concept(),
                    null,
                    List.of(),
                    List.of(),
                    null,
                    done.parts,
                    0L,
                    0,
                    done.deadLetters,
                    done.deadLettersCount);
        }
        List<String> unsearched = new ArrayList<>(receipt.search().unsearched());
        if (known.streamed() > 0) {
            unsearched.add(streams(known.streamed()));
        }
        if (receipt.episodes() == 0 && receipt.left() == 0) {
            throw new IllegalStateException("the log holds nothing of this context that is not taken back: context="
                    + what.context() + " searched=" + receipt.search().searched()
                    + (unsearched.isEmpty()
                            ? ""
                            : "; what was learned of these could not be searched, and stays: " + unsearched)
                    + named(done));
        }
        ForgetReceipt.Removed taken = receipt.removed();
        ForgetAnswer.Removed removed = new ForgetAnswer.Removed(
                taken.episodes(),
                taken.pairs(),
                taken.associations(),
                taken.evidence(),
                taken.slowest().toString(),
                taken.asOfMs());
        return new ForgetAnswer(
                what.context(),
                null,
                removed,
                receipt.search().searched(),
                unsearched,
                done.doubt,
                done.parts,
                receipt.left() == ForgetReceipt.LEFT_UNKNOWN ? null : Long.valueOf(receipt.left()),
                receipt.strangers(),
                done.deadLetters,
                done.deadLettersCount);
    }

    /** Names what was learned of streams. */
    static String streams(long records) {
        return records + " records of streams, such as the standard input, which leave no log";
    }

    private static String named(Done done) {
        return done.deadLettersCount == 0
                ? ""
                : "; dead letters still name it: count=" + done.deadLettersCount + " the first: "
                        + done.deadLetters.get(0);
    }
}

package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.file.FileForgetter;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.TopicForgetter;
import io.synfire.ingest.kafka.TopicIds;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.cli.Operations.Forgotten;
import io.synfire.query.recall.UnknownConceptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes a memory forget, by what is appended to the logs it was learned from: its topic, its files, or both. What a serving process learns,
 * that process takes back when it reads it; a store that nobody serves is brought up to date here.
 */
final class Forgetting {

    private static final long LOOK_NANOS = 20_000_000;

    private final Settings settings;

    /** What is known of the memory as of its last checkpoint. */
    private record Known(LearningSettings learning, long watermarkMs, List<Position> positions) {}

    /** What was done so far. */
    private static final class Done {
        @Nullable
        ForgetReceipt receipt;

        final List<ForgetReceipt.Appended> appended = new ArrayList<>();
        boolean applied = true;

        void add(ForgetReceipt more) {
            ForgetReceipt before = receipt;
            receipt = before == null ? more : before.plus(more);
            appended.addAll(more.appended());
        }
    }

    Forgetting(Settings settings) {
        this.settings = settings;
    }

    ForgetAnswer forget(Forgotten what) throws IOException {
        Known known = known(what);
        String topic = "kafka:" + settings.topics().episodes();
        boolean hasTopic = known.positions().stream()
                .anyMatch(position -> position.source().equals(topic));
        boolean hasFiles = FileForgetter.hasFiles(known.positions());
        if (!hasTopic && !hasFiles) {
            throw new IllegalStateException(
                    "there is no log to forget from, the memory was learned from neither this topic nor files: topic="
                            + settings.topics().episodes());
        }
        Done done = new Done();
        if (hasFiles) {
            inFiles(what, done);
        }
        if (hasTopic) {
            inTopic(what, known, done);
        }
        return answer(what, known, done);
    }

    private Known known(Forgotten what) {
        try (Engine engine = Engine.openReadOnly(settings.store(), settings.engine(), new SimpleMeterRegistry())) {
            MemoryView view = engine.view();
            String concept = what.concept();
            if (concept != null && view.conceptOf(concept) < 0) {
                throw new UnknownConceptException(concept);
            }
            return new Known(view.settings(), view.watermarkMs(), view.positions());
        }
    }

    private void inFiles(Forgotten what, Done done) throws IOException {
        try (Engine engine = Stores.open(settings, new SimpleMeterRegistry())) {
            FileForgetter forgetter = new FileForgetter(
                    engine,
                    settings.data().resolve("forgotten.jsonl"),
                    settings.data().resolve("dead-letters.jsonl"),
                    settings.decoding().mapping(),
                    settings.decoding().limits());
            String context = what.context();
            if (context != null) {
                done.add(forgetter.forgetContext(context));
            } else {
                done.appended.addAll(forgetter.forgetConcept(String.valueOf(what.concept())));
            }
        }
    }

    private void inTopic(Forgotten what, Known known, Done done) {
        try (TopicCluster cluster = TopicCluster.of(settings)) {
            ClientProperties client = cluster.client();
            TopicIds.require(client, settings.topics().episodes(), known.positions());
            TopicForgetter forgetter =
                    new TopicForgetter(client, settings.topics().episodes(), settings.decoding(), known.learning());
            String context = what.context();
            if (context != null) {
                done.add(forgetter.forgetContext(context, known.watermarkMs()));
            } else {
                done.appended.add(forgetter.forgetConcept(String.valueOf(what.concept())));
            }
            done.applied = !done.appended.isEmpty() && apply(client);
        }
    }

    /** Learns the topic to its end; false if another process does. */
    private boolean apply(ClientProperties client) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EpisodeConsumer.Options options = new EpisodeConsumer.Options(
                settings.topics(), settings.checkpointInterval(), settings.decoding(), settings.faults(), null);
        try (Engine engine = Stores.open(settings, meters);
                EpisodeConsumer consumer = new EpisodeConsumer(engine, client, options, meters)) {
            consumer.start();
            while (!consumer.ready()) {
                Throwable failure = consumer.failure();
                if (failure != null) {
                    throw new IllegalStateException(
                            "what was appended cannot be applied, a learner will when it can: " + failure.getMessage(),
                            failure);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
            return true;
        } catch (StoreInUseException e) {
            return false;
        }
    }

    private static ForgetAnswer answer(Forgotten what, Known known, Done done) {
        List<ForgetAnswer.Appended> appended = done.appended.stream()
                .map(record -> new ForgetAnswer.Appended(record.source(), record.partition(), record.offset()))
                .toList();
        ForgetReceipt receipt = done.receipt;
        if (receipt == null) {
            return new ForgetAnswer(null, what.concept(), null, List.of(), appended, done.applied);
        }
        if (receipt.episodes() == 0) {
            throw new IllegalStateException("the log holds nothing of this context: context=" + what.context()
                    + " searched=" + receipt.searched());
        }
        ForgetAnswer.Removed removed = new ForgetAnswer.Removed(
                receipt.episodes(),
                receipt.pairs(),
                receipt.associations(),
                receipt.evidence(),
                known.learning().halfLives().get(known.learning().slowest()).toString(),
                known.watermarkMs());
        return new ForgetAnswer(what.context(), null, removed, receipt.searched(), appended, done.applied);
    }
}

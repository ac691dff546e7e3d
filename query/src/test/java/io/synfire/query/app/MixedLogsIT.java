package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RebuildAnswer.Comparison;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.Forgotten;
import io.synfire.query.cli.Operations.LearnRequest;
import io.synfire.query.cli.Operations.RebuildRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A memory that learned from a topic and from files in turns, and forgot in between, whichever log said so: what is built from these logs
 * anew says the same. {@code -Dsynfire.rounds=20} sets how many random ones there are.
 */
final class MixedLogsIT {

    private static final long SEED = 20240203;
    private static final int ROUNDS = Integer.getInteger("synfire.rounds", 2);
    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);
    private static final long START_MS = 1_706_745_600_000L;

    @TempDir
    static Path shared;

    private static LocalBroker broker;
    private static ClientProperties kafka;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        System.out.println("seed=" + SEED);
        broker = LocalBroker.start(shared.resolve("kafka"), 0);
        kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void whatATopicSaysOfAConceptAfterItWasForgottenIsRebuilt() throws Exception {
        Turns turns = new Turns("after", 1);
        turns.topic(Episode.of(START_MS, "ham", "mustard"), Episode.of(START_MS, "x", "y"));
        turns.file(Episode.of(START_MS + 1_000, "ham", "bread"));
        turns.forget("ham");
        turns.topic(Episode.of(START_MS + 2_000, "ham", "cheese"));
        assertThat(turns.strengths("data"))
                .isEqualTo(Map.of("ham>cheese", 1.0, "cheese>ham", 1.0, "x>y", 1.0, "y>x", 1.0));
        assertRebuilt(turns);
    }

    @Test
    void whatFilesSayOfAConceptAfterATopicForgotItIsRebuilt() throws Exception {
        Turns turns = new Turns("before", 1);
        turns.file(Episode.of(START_MS, "ham", "bread"));
        turns.topic(Episode.of(START_MS + 1_000, "ham", "mustard"));
        turns.forget("ham");
        turns.file(Episode.of(START_MS + 2_000, "ham", "cheese"));
        turns.topic(new Forget("bread"), Episode.of(START_MS + 3_000, "bread", "jam"));
        turns.file(Episode.of(START_MS + 4_000, "bread", "ham"));
        assertThat(turns.strengths("data"))
                .isEqualTo(Map.of(
                        "ham>cheese",
                        1.0,
                        "cheese>ham",
                        1.0,
                        "bread>jam",
                        1.0,
                        "jam>bread",
                        1.0,
                        "bread>ham",
                        1.0,
                        "ham>bread",
                        1.0));
        assertRebuilt(turns);
    }

    @Test
    void whicheverWayLogsTookTurnsARebuildTakesTheSame() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            // What is forgotten by hand is certain within a partition alone.
            int partitions = 1 + round % 2;
            Turns turns = new Turns("turns" + round, partitions);
            long atMs = START_MS;
            int forgotten = 0;
            for (int turn = 0; turn < 8; turn++) {
                boolean isFile = random.nextBoolean();
                List<Entry> entries = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    atMs += random.nextLong(3_600_000);
                    String concept = "c" + random.nextInt(5);
                    boolean mayForget = isFile || partitions == 1;
                    entries.add(
                            mayForget && random.nextInt(6) == 0
                                    ? new Forget(concept)
                                    : Episode.of(atMs - random.nextLong(7_200_000), concept, "d" + random.nextInt(5)));
                }
                if (isFile) {
                    turns.file(entries.toArray(Entry[]::new));
                } else {
                    turns.topic(entries.toArray(Entry[]::new));
                }
                String concept = "c" + random.nextInt(5);
                if (turn > 1
                        && forgotten < 2
                        && turns.strengths("data").keySet().stream().anyMatch(key -> key.startsWith(concept))) {
                    turns.forget(concept);
                    forgotten++;
                }
            }
            assertRebuilt(turns);
        }
    }

    private void assertRebuilt(Turns turns) throws Exception {
        RebuildAnswer answer = turns.rebuild();
        Map<String, Double> live = turns.strengths("data");
        Map<String, Double> rebuilt = turns.strengths("rebuilt");
        assertThat(rebuilt.keySet()).isEqualTo(live.keySet());
        live.forEach((pair, strength) ->
                assertThat(rebuilt.get(pair)).as(pair).isCloseTo(strength, Offset.offset(1e-5 * Math.abs(strength))));
        assertThat(answer.comparison()).isEqualTo(Comparison.EQUAL);
        assertThat(answer.after().concepts()).isEqualTo(turns.before(answer).concepts());
        assertThat(answer.after().watermarkMs()).isEqualTo(turns.before(answer).watermarkMs());
    }

    /** A memory, and what it learns from, in turns. */
    private final class Turns {
        private final TopicNames topics;
        private final Path home;
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private int files;

        Turns(String topic, int partitions) throws Exception {
            this.topics = new TopicNames(topic, topic + ".dead");
            this.home = Files.createDirectories(directory.resolve(topic));
            new Topics(kafka).create(topics, partitions);
        }

        private Common common() {
            return new Common(
                    home.resolve("data"),
                    null,
                    List.of(
                            "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                            "topics.episodes=" + topics.episodes(),
                            "topics.dead-letters=" + topics.deadLetters()));
        }

        /** Appends to the topic and learns it, as a server would. */
        void topic(Entry... entries) throws Exception {
            try (EpisodeProducer producer = new EpisodeProducer(kafka, topics.episodes(), new SimpleMeterRegistry())) {
                var unused = producer.append(Stream.of(entries)
                        .map(entry -> new Outgoing(null, new JsonEpisodeCodec().encode(entry)))
                        .toList());
            }
            Path store = Files.createDirectories(home.resolve("data")).resolve("store");
            try (Engine engine = Engine.open(store, Map.of("half-lives", "none"), OPTIONS, new SimpleMeterRegistry());
                    EpisodeConsumer consumer = new EpisodeConsumer(
                            engine,
                            kafka,
                            new EpisodeConsumer.Options(topics, Duration.ofSeconds(5), Decoding.plain()),
                            new SimpleMeterRegistry())) {
                consumer.start();
                await().atMost(Duration.ofMinutes(1)).until(() -> consumer.ready() && consumer.lag() == 0);
            }
        }

        /** Writes a file and learns it. */
        void file(Entry... entries) throws IOException {
            Path file = home.resolve("f" + files++ + ".jsonl");
            for (Entry entry : entries) {
                byte[] json = new JsonEpisodeCodec().encode(entry);
                Files.writeString(
                        file,
                        new String(json, StandardCharsets.UTF_8) + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
            List<String> set = new ArrayList<>(common().set());
            set.add("half-lives=none");
            Settings settings = Settings.load(new Common(home.resolve("data"), null, set), Map.of(), Map.of());
            new Learning(
                            settings,
                            new ByteArrayInputStream(new byte[0]),
                            new PrintStream(err, true, StandardCharsets.UTF_8),
                            () -> false)
                    .learn(new LearnRequest(List.of(file.toString()), false, false));
        }

        void forget(String concept) throws IOException {
            ForgetAnswer answer =
                    new Forgetting(Settings.load(common(), Map.of(), Map.of())).forget(new Forgotten(null, concept));
            assertThat(answer.parts()).isNotEmpty().allMatch(part -> part.outcome() == ForgetAnswer.Outcome.APPLIED);
        }

        RebuildAnswer rebuild() throws IOException {
            return new Rebuilding(Map.of(), new PrintStream(err, true, StandardCharsets.UTF_8))
                    .rebuild(common(), new RebuildRequest(home.resolve("rebuilt"), null, null, false));
        }

        RebuildAnswer.Side before(RebuildAnswer answer) {
            assertThat(answer.before()).isNotNull();
            return answer.before();
        }

        /** All associations of a memory that are not 0, by cue and target. */
        Map<String, Double> strengths(String data) {
            Map<String, Double> strengths = new TreeMap<>();
            try (Engine engine =
                    Engine.openReadOnly(home.resolve(data).resolve("store"), OPTIONS, new SimpleMeterRegistry())) {
                MemoryView view = engine.view();
                for (int cue = 0; cue < view.conceptCount(); cue++) {
                    if (!view.isKnown(cue)) {
                        continue;
                    }
                    Associations row = view.associations(cue, view.watermarkMs());
                    for (int i = 0; i < row.size(); i++) {
                        if (row.strength(i, 0) != 0) {
                            strengths.put(view.idOf(cue) + '>' + view.idOf(row.target(i)), row.strength(i, 0));
                        }
                    }
                }
            }
            return strengths;
        }
    }
}

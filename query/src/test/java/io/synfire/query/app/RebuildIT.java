package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.StoreImage;
import io.synfire.engine.event.Position;
import io.synfire.engine.store.Format4Store;
import io.synfire.engine.store.StoreInspection;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.answer.DiffAnswer;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RebuildAnswer.Comparison;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.DiffRequest;
import io.synfire.query.cli.Operations.HeldOutLog;
import io.synfire.query.cli.Operations.RebuildRequest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A memory that is built from the log anew is the memory that was learned from it, or the one it would have been. */
@SuppressWarnings("NullAway.Init")
final class RebuildIT {

    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final EngineOptions OPTIONS = new EngineOptions(64 << 20);
    private static final int RECORDS = 6_000;

    /** What the store of format 4 was created with, where it is not the default. */
    private static final Map<String, String> FORMAT_4_SETTINGS =
            Map.of("half-lives", "1d,30d", "max-gap", "45m", "backward", "0.25");

    @TempDir
    static Path shared;

    private static LocalBroker broker;
    private static ClientProperties kafka;

    @TempDir
    Path directory;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

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
    void byTheSameSettingsItIsTheSame() throws Exception {
        RebuildLog log = learned("same");
        RebuildAnswer answer = rebuild("same", "rebuilt", null, false);
        assertThat(answer.comparison()).as("%s", answer).isEqualTo(Comparison.EQUAL);
        assertThat(answer.before()).isNotNull();
        assertThat(answer.after().episodes())
                .isEqualTo(answer.before().episodes())
                .isPositive();
        assertThat(answer.after().deadLetters())
                .isEqualTo(answer.before().deadLetters())
                .isPositive();
        assertThat(Files.readAllLines(directory.resolve("rebuilt/dead-letters.jsonl")))
                .hasSize((int) answer.after().deadLetters())
                .allMatch(line -> line.contains("\"source\":\"kafka:same-"));
        compare(directory.resolve("data"), directory.resolve("rebuilt"));
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("rebuilding").contains("s left");

        // What came since is not in it: it went as far as the memory it is compared with.
        RebuildLog.append(kafka, "same", log.next(500));
        assertThat(rebuild("same", "rebuilt", null, false).after()).isEqualTo(answer.after());
    }

    @Test
    void byOtherSettingsItIsAsIfItHadBeenLearnedByThem() throws Exception {
        RebuildLog log = learned("other");
        RebuildAnswer answer =
                rebuild("other", "rebuilt", null, false, "half-lives=1d,7d", "backward=1", "max-concepts=3");
        assertThat(answer.comparison()).isEqualTo(Comparison.NOT_COMPARABLE);
        assertThat(answer.settings())
                .containsEntry("half-lives", "1d,7d")
                .containsEntry("backward", "1.0")
                .containsEntry("max-gap", "2h");
        learn("other", "direct", Map.of("half-lives", "1d,7d", "backward", "1", "max-concepts", "3", "max-gap", "2h"));
        // What takes back an episode that is too large now is no dead letter: there is nothing to take back.
        long tooLarge = log.until(Long.MAX_VALUE).stream()
                .filter(entry -> entry.json().startsWith("{\"retract\":") && concepts(entry.json()) > 3)
                .count();
        assertThat(tooLarge).isPositive();
        compare(directory.resolve("direct"), directory.resolve("rebuilt"), tooLarge);
    }

    private static long concepts(String json) {
        return Pattern.compile("\"[cf]\\d+\"")
                .matcher(json)
                .results()
                .map(MatchResult::group)
                .distinct()
                .count();
    }

    @Test
    void asOfAMomentItIsAsIfNothingHadHappenedSince() throws Exception {
        RebuildLog log = learned("moment");
        long middleMs = log.middleMs();
        RebuildAnswer answer = rebuild("moment", "rebuilt", middleMs, false);
        assertThat(answer.after().watermarkMs()).isLessThanOrEqualTo(middleMs).isGreaterThan(middleMs - 3_600_000);
        assertThat(answer.after().episodes()).isPositive();
        assertThat(answer.before()).isNotNull();
        assertThat(answer.after().episodes()).isLessThan(answer.before().episodes());

        new Topics(kafka).create(new TopicNames("moment.before", "moment.before.dead"), 2);
        RebuildLog.append(kafka, "moment.before", log.until(middleMs));
        learn("moment.before", "direct", Map.of("max-gap", "2h"));
        compare(directory.resolve("direct"), directory.resolve("rebuilt"));
    }

    @Test
    void theTailThatTwoMemoriesEndBeforeIsWhatTheyAreAskedAbout() throws Exception {
        RebuildLog log = learned("tail");
        long momentMs = log.momentMs(0.9);
        rebuild("tail", "kept", momentMs, false);
        long latestMs = rebuild("tail", "fading", momentMs, false, "half-lives=1h", "max-gap=10m")
                .after()
                .watermarkMs();
        DiffAnswer answer = diff("tail", new HeldOutLog.OfTail(100_000));
        Path file = Files.write(
                directory.resolve("tail.jsonl"),
                log.after(latestMs).stream().map(RebuildLog.Entry::json).toList());
        assertThat(answer.scores())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("micros")
                .isEqualTo(diff("tail", new HeldOutLog.OfFiles(List.of(file), null))
                        .scores())
                .hasSize(2)
                .allMatch(score -> score.predictions() > 500 && score.hitRate() > 0);
        assertThat(answer.scores().get(0).hitRate())
                .isNotEqualTo(answer.scores().get(1).hitRate());
        assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("of the tail the first");

        // A bound takes the earliest of it.
        assertThat(diff("tail", new HeldOutLog.OfTail(100)).scores().get(0).predictions())
                .isBetween(1L, answer.scores().get(0).predictions() / 2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("of the tail the first 100 episodes, up to 2011-03-");

        rebuild("tail", "whole", null, false);
        assertThatThrownBy(() -> diff("tail", "whole", new HeldOutLog.OfTail(100)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("so rebuild both with --until");
    }

    @Test
    void killedAgainAndAgainItGoesOnAndEndsTheSame() throws Exception {
        RebuildLog log = learned("killed");
        RebuildLog.append(kafka, "killed", log.next(20_000));
        learn("killed", "data", Map.of());
        SplittableRandom random = new SplittableRandom(SEED);
        int killed = 0;
        for (int attempt = 0; attempt < 3; attempt++) {
            Path output = directory.resolve("rebuild-" + attempt + ".log");
            try (JarProcess process = JarProcess.start(output, List.of("-Xmx128m"), arguments("killed", "rebuilt"))) {
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> process.output().contains("rebuilding ") || !process.isAlive());
                LockSupport.parkNanos(random.nextLong(1_500_000_000L));
                killed += process.isAlive() ? 1 : 0;
            }
        }
        assertThat(killed).as("kills that hit a rebuild at work").isPositive();
        try (JarProcess process =
                JarProcess.start(directory.resolve("last.log"), List.of("-Xmx128m"), arguments("killed", "rebuilt"))) {
            assertThat(process.awaitExit(Duration.ofMinutes(2)))
                    .as(process.output())
                    .isZero();
            assertThat(process.output()).contains("the same, as it must");
        }
        compare(directory.resolve("data"), directory.resolve("rebuilt"));
    }

    @Test
    void aRebuildOfAnotherKindIsNotMixedIn() throws Exception {
        learned("mixed");
        rebuild("mixed", "rebuilt", null, false);
        assertThatThrownBy(() -> rebuild("mixed", "rebuilt", 1_300_000_060_000L, false, "half-lives=7d"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a rebuild goes on as it was begun")
                .hasMessageContaining("half-lives=30d -> 7d")
                .hasMessageContaining("until=none -> 1300000060000");
        Path full = Files.createDirectories(directory.resolve("full"));
        Files.writeString(full.resolve("something"), "else");
        assertThatThrownBy(() -> rebuild("mixed", "full", null, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a new or empty directory");
        assertThatThrownBy(() -> rebuild("mixed", "data", null, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("beside the memory that is live");
    }

    @Test
    void aLogWhoseBeginningIsGoneIsRefusedUnlessThatIsAccepted() throws Exception {
        learned("gone");
        TopicPartition partition = new TopicPartition("gone", 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(42)))
                    .all()
                    .get();
        }
        assertThatThrownBy(() -> rebuild("gone", "rebuilt", null, false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("kafka:gone partition=1 missing=0..41")
                .hasMessageContaining("--accept-gap");
        RebuildAnswer answer = rebuild("gone", "accepted", null, true);
        assertThat(answer.missing()).containsExactly(new RebuildAnswer.Missing("kafka:gone", 1, 0, 42));
        assertThat(answer.comparison()).isEqualTo(Comparison.NOT_COMPARABLE);
        assertThat(answer.before()).isNotNull();
        assertThat(answer.after().episodes()).isBetween(1L, answer.before().episodes());

        // All of a partition may be gone.
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
        }
        RebuildAnswer rest = rebuild("gone", "rest", null, true);
        assertThat(rest.missing()).singleElement().satisfies(missing -> assertThat(missing.partition())
                .isOne());
        assertThat(rest.positions()).isEqualTo(answer.positions());
        assertThat(rest.after().episodes()).isBetween(1L, answer.after().episodes());
    }

    @Test
    void withoutAMemoryItReadsTheWholeTopic() throws Exception {
        RebuildLog log = new RebuildLog(SEED);
        new Topics(kafka).create(new TopicNames("lost", "lost.dead"), 2);
        RebuildLog.append(kafka, "lost", log.next(RECORDS));
        // An empty directory is no memory either.
        Files.createDirectories(directory.resolve("data/store"));
        RebuildAnswer answer = rebuild("lost", "rebuilt", null, false, "max-gap=2h");
        assertThat(answer.before()).isNull();
        learn("lost", "direct", Map.of("max-gap", "2h"));
        compare(directory.resolve("direct"), directory.resolve("rebuilt"));
    }

    @Test
    void overADamagedMemoryItReadsTheWholeTopicByTheSettingsGiven() throws Exception {
        RebuildLog log = learned("damaged");
        Path table = StoreImage.largestTable(directory.resolve("data/store"));
        StoreImage.flip(table, Files.size(table) / 2);
        assertRebuiltByTheTopicAlone("damaged", log, "file=" + table.getFileName());
    }

    @Test
    void overAMemoryOfAForeignFormatItReadsTheWholeTopicByTheSettingsGiven() throws Exception {
        RebuildLog log = learned("foreign");
        StoreInspection.setFormat(directory.resolve("data/store"), (byte) 3);
        assertRebuiltByTheTopicAlone("foreign", log, "format=3 readable=5");
    }

    @Test
    void overAMemoryOfFormat4ItReadsTheTopicAsFarAsThatHadReadByTheSettingsOfThat() throws Exception {
        RebuildLog log = new RebuildLog(SEED + 4);
        new Topics(kafka).create(new TopicNames("older", "older.dead"), 2);
        RebuildLog.append(kafka, "older", log.next(RECORDS));
        learn("older", "direct", FORMAT_4_SETTINGS);
        Path direct = directory.resolve("direct/store");
        List<Position> positions;
        String learned;
        try (Engine engine = Engine.openReadOnly(direct, OPTIONS, new SimpleMeterRegistry())) {
            positions = engine.positions();
            learned = engine.digest().learnedHex();
        }
        RebuildLog.append(kafka, "older", log.next(500));
        Format4Store.in(directory.resolve("data/store"), positions);

        RebuildAnswer answer = rebuild("older", "rebuilt", null, false);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("format=4; its settings and positions are used");
        assertThat(answer.before()).isNull();
        assertThat(answer.comparison()).isEqualTo(Comparison.NOT_COMPARABLE);
        assertThat(answer.settings()).containsAllEntriesOf(FORMAT_4_SETTINGS);
        assertThat(answer.positions()).containsExactlyInAnyOrderElementsOf(positions);
        assertThat(answer.after().learned()).isEqualTo(learned);
        compare(directory.resolve("direct"), directory.resolve("rebuilt"));

        // Stopped and begun again, it goes on by the same settings.
        assertThat(rebuild("older", "rebuilt", null, false).after()).isEqualTo(answer.after());
    }

    @Test
    void overAMemoryOfFormat4ItReadsTheFilesAsFarAsThatHadReadByTheSettingsOfThat() throws Exception {
        Path file = directory.resolve("sessions.jsonl");
        Files.write(
                file,
                List.of(
                        "{\"at\":\"2011-01-04T10:00:00Z\",\"context\":\"u\",\"concepts\":[\"bread\"]}",
                        "{\"concepts\":[]}",
                        "{\"at\":\"2011-01-04T10:40:00Z\",\"context\":\"u\",\"concepts\":[\"milk\"]}",
                        "{\"at\":\"2011-01-04T10:41:00Z\",\"context\":\"u\",\"concepts\":[\"jam\"]}"));
        Position position = new Position("file:" + file, "", 0, 3, -1);
        Format4Store.in(directory.resolve("data/store"), List.of(position));

        RebuildAnswer answer = rebuild("none", "rebuilt", null, false);
        assertThat(answer.settings()).containsAllEntriesOf(FORMAT_4_SETTINGS);
        assertThat(answer.positions()).hasSize(1).allSatisfy(reached -> {
            assertThat(reached.source()).isEqualTo(position.source());
            assertThat(reached.nextOffset()).isEqualTo(3);
        });
        assertThat(answer.after().episodes()).isEqualTo(2);
        assertThat(answer.after().deadLetters()).isOne();
        // 40 minutes apart: within that store's max-gap, beyond the default one. Back again, a quarter.
        try (Engine engine = open(directory.resolve("rebuilt"))) {
            MemoryView view = engine.view();
            int bread = view.conceptOf("bread");
            int milk = view.conceptOf("milk");
            Associations there = view.associations(bread, view.watermarkMs());
            Associations back = view.associations(milk, view.watermarkMs());
            assertThat(there.strength(there.indexOf(milk), 1)).isCloseTo(1, Offset.offset(1e-6));
            assertThat(back.strength(back.indexOf(bread), 1)).isCloseTo(0.25, Offset.offset(1e-6));
        }
    }

    /** What the memory had been told, and how far it had read, is not known any more: neither is to be made use of. */
    private void assertRebuiltByTheTopicAlone(String topic, RebuildLog log, String matter) throws Exception {
        RebuildLog.append(kafka, topic, log.next(500));
        RebuildAnswer answer = rebuild(topic, "rebuilt", null, false, "half-lives=1d,7d");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(matter)
                .contains("the topic is read to its end, with the settings that are given: others are not known");
        assertThat(answer.before()).isNull();
        assertThat(answer.comparison()).isEqualTo(Comparison.NOT_COMPARABLE);
        assertThat(answer.settings()).containsEntry("half-lives", "1d,7d").containsEntry("max-gap", "30m");
        learn(topic, "direct", Map.of("half-lives", "1d,7d"));
        compare(directory.resolve("direct"), directory.resolve("rebuilt"));

        // Where it is stopped and begun again, the memory is still of no help, and needed for nothing.
        assertThat(rebuild(topic, "rebuilt", null, false, "half-lives=1d,7d").after())
                .isEqualTo(answer.after());
    }

    /** Appends a log of its own to a topic, and learns it as a server would, by settings that are not the defaults. */
    private RebuildLog learned(String topic) throws Exception {
        RebuildLog log = new RebuildLog(SEED + topic.hashCode());
        new Topics(kafka).create(new TopicNames(topic, topic + ".dead"), 2);
        RebuildLog.append(kafka, topic, log.next(RECORDS));
        learn(topic, "data", Map.of("max-gap", "2h"));
        return log;
    }

    private void learn(String topic, String into, Map<String, String> learning) throws Exception {
        Path store = Files.createDirectories(directory.resolve(into)).resolve("store");
        try (Engine engine = Engine.open(store, learning, OPTIONS, new SimpleMeterRegistry());
                EpisodeConsumer consumer = new EpisodeConsumer(
                        engine,
                        kafka,
                        new EpisodeConsumer.Options(
                                new TopicNames(topic, topic + ".dead"), Duration.ofSeconds(5), Decoding.plain()),
                        new SimpleMeterRegistry())) {
            consumer.start();
            await().atMost(Duration.ofMinutes(2)).until(() -> consumer.ready() && consumer.lag() == 0);
        }
    }

    private RebuildAnswer rebuild(
            String topic, String into, @Nullable Long untilMs, boolean acceptGap, String... learning) throws Exception {
        List<String> set = new ArrayList<>(settings(topic));
        set.addAll(List.of(learning));
        return new Rebuilding(Map.of(), new PrintStream(err, true, StandardCharsets.UTF_8))
                .rebuild(
                        new Common(directory.resolve("data"), null, set),
                        new RebuildRequest(directory.resolve(into), null, untilMs, acceptGap));
    }

    private DiffAnswer diff(String topic, HeldOutLog heldOut) throws Exception {
        return diff(topic, "fading", heldOut);
    }

    private DiffAnswer diff(String topic, String second, HeldOutLog heldOut) throws Exception {
        return new Diffing(Map.of(), new PrintStream(err, true, StandardCharsets.UTF_8))
                .diff(
                        new Common(directory.resolve("data"), null, settings(topic)),
                        new DiffRequest(directory.resolve("kept"), directory.resolve(second), 10, 3, heldOut));
    }

    private String[] arguments(String topic, String into) {
        List<String> arguments = new ArrayList<>(List.of(
                "rebuild",
                "--data",
                directory.resolve("data").toString(),
                "--into",
                directory.resolve(into).toString()));
        List<String> settings = new ArrayList<>(settings(topic));
        settings.add("checkpoint-interval=200ms");
        settings.add("memory=16MiB");
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        return arguments.toArray(String[]::new);
    }

    private static List<String> settings(String topic) {
        return List.of(
                "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                "topics.episodes=" + topic,
                "topics.dead-letters=" + topic + ".dead");
    }

    private static void compare(Path expectedData, Path actualData) {
        compare(expectedData, actualData, 0);
    }

    private static void compare(Path expectedData, Path actualData, long fewerDeadLetters) {
        try (Engine expected = open(expectedData);
                Engine actual = open(actualData)) {
            assertThat(actual.digest().learnedHex()).isEqualTo(expected.digest().learnedHex());
            // Not the number of associations: how many of those to what was forgotten are still stored is a matter of
            // when rows were written.
            assertThat(figures(actual, fewerDeadLetters)).isEqualTo(figures(expected, 0));
            compare(expected.view(), actual.view());
            compare(actual.view(), expected.view());
        }
    }

    private static List<Long> figures(Engine engine, long moreDeadLetters) {
        Counts counts = engine.view().counts();
        return List.of(
                counts.episodes(),
                counts.pairs(),
                counts.concepts(),
                counts.deadLetters() + moreDeadLetters,
                counts.duplicates());
    }

    /** All of the logs is taken back again in the end at the most, so Σ|Δ| is at most three times what is left. */
    private static void compare(MemoryView expected, MemoryView actual) {
        long atMs = expected.watermarkMs();
        assertThat(actual.watermarkMs()).isEqualTo(atMs);
        long compared = 0;
        for (int cue = 0; cue < expected.conceptCount(); cue++) {
            if (!expected.isKnown(cue)) {
                continue;
            }
            int other = actual.conceptOf(expected.idOf(cue));
            Associations row = expected.associations(cue, atMs);
            Associations otherRow = actual.associations(other, atMs);
            for (int h = 0; h < expected.settings().horizonCount(); h++) {
                assertClose(
                        actual.activity(atMs).of(other, h),
                        expected.activity(atMs).of(cue, h));
                for (int i = 0; i < row.size(); i++) {
                    int at = otherRow.indexOf(actual.conceptOf(expected.idOf(row.target(i))));
                    assertClose(at < 0 ? 0 : otherRow.strength(at, h), row.strength(i, h));
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(1_000);
    }

    private static void assertClose(double actual, double expected) {
        assertThat(actual).isCloseTo(expected, Offset.offset(3e-5 * Math.abs(expected) + 1e-5));
    }

    private static Engine open(Path data) {
        return Engine.openReadOnly(data.resolve("store"), OPTIONS, new SimpleMeterRegistry());
    }
}

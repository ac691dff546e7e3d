package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RebuildText;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.Forgotten;
import io.synfire.query.cli.Operations.LearnRequest;
import io.synfire.query.cli.Operations.RebuildRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A memory that is put back forgets what it was told to forget, whether its log still lies beside it or came with the backup. */
@SuppressWarnings("NullAway.Init")
final class RestoredLogTest {

    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);

    @TempDir
    Path directory;

    private Path data;
    private Path file;
    private Application synfire;

    @BeforeEach
    void begin() {
        data = directory.resolve("data");
        file = directory.resolve("f.jsonl");
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        synfire = new Application(Map.of(), nowhere, nowhere);
    }

    private Common common() {
        return new Common(data, null, List.of("half-lives=none"));
    }

    private void learn(String... records) throws IOException {
        for (String record : records) {
            Files.writeString(file, record + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        synfire.learn(common(), new LearnRequest(List.of(file.toString()), false, false));
    }

    private static String record(String context, String concepts) {
        return "{\"at\":\"2024-02-01T10:00:00Z\",\"context\":\"" + context + "\",\"concepts\":[" + concepts + "]}";
    }

    private void backup(String name) throws IOException {
        synfire.backup(common(), directory.resolve(name), null);
    }

    private void restore(String name) throws IOException {
        synfire.restore(common(), directory.resolve(name), true);
    }

    private void forgetContext(String context) throws IOException {
        ForgetAnswer answer = synfire.forget(common(), new Forgotten(context, null));
        assertThat(answer.parts()).isNotEmpty().allMatch(part -> part.outcome() == ForgetAnswer.Outcome.APPLIED);
    }

    private void rebuildSaysTheSame() throws IOException {
        Path into = directory.resolve("rebuilt" + System.nanoTime());
        RebuildAnswer answer = synfire.rebuild(common(), new RebuildRequest(into, null, null, false));
        assertThat(answer.comparison()).isEqualTo(RebuildAnswer.Comparison.EQUAL);
        assertThat(strengths(into)).isEqualTo(strengths(data));
    }

    /** All associations that are not 0, by cue and target. */
    private static Map<String, Double> strengths(Path data) {
        Map<String, Double> strengths = new TreeMap<>();
        try (Engine engine = Engine.openReadOnly(data.resolve("store"), OPTIONS, new SimpleMeterRegistry())) {
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

    private static Map<String, Double> both(String... pairs) {
        Map<String, Double> both = new TreeMap<>();
        for (String pair : pairs) {
            int between = pair.indexOf('-');
            String one = pair.substring(0, between);
            String other = pair.substring(between + 1);
            both.put(one + '>' + other, 1.0);
            both.put(other + '>' + one, 1.0);
        }
        return both;
    }

    @Test
    void aContextThatWasForgottenSinceTheBackupIsForgottenAgainByWhateverLearnsNext() throws Exception {
        learn(record("u9", "\"a\",\"secret\""));
        backup("b1");
        forgetContext("u9");
        restore("b1");
        assertThat(strengths(data)).isEqualTo(both("a-secret"));
        learn(record("u1", "\"c\",\"d\""));
        assertThat(strengths(data)).isEqualTo(both("c-d"));
        rebuildSaysTheSame();
        // There is nothing left of it, and that is what is said.
        assertThatThrownBy(() -> forgetContext("u9")).hasMessageContaining("nothing of this context");
        assertThat(strengths(data)).isEqualTo(both("c-d"));
    }

    @Test
    void aConceptThatWasForgottenSinceIsForgottenBeforeWhatWasLearnedOfItAfterwards() throws Exception {
        learn(record("u1", "\"a\",\"b\""));
        backup("b1");
        synfire.forget(common(), new Forgotten(null, "a"));
        learn(record("u2", "\"a\",\"c\""));
        Map<String, Double> before = strengths(data);
        assertThat(before).isEqualTo(both("a-c"));
        restore("b1");
        learn();
        assertThat(strengths(data)).isEqualTo(before);
        // A forget of something else takes nothing with it.
        assertThatThrownBy(() -> forgetContext("nobody")).hasMessageContaining("nothing of this context");
        assertThat(strengths(data)).isEqualTo(before);
        rebuildSaysTheSame();
    }

    @Test
    void aForgetThatComesFirstAfterARestoreLearnsTheEarlierOnesFirst() throws Exception {
        learn(record("u1", "\"a\",\"b\""), record("u2", "\"c\",\"d\""));
        backup("b1");
        // What the file has taught since comes before the first of them, too.
        learn(record("u3", "\"a\",\"e\""));
        synfire.forget(common(), new Forgotten(null, "a"));
        restore("b1");
        synfire.forget(common(), new Forgotten(null, "c"));
        assertThat(strengths(data)).isEmpty();
        learn();
        assertThat(strengths(data)).isEmpty();
        rebuildSaysTheSame();
    }

    @Test
    void aServerLearnsThemBeforeItsTopic() throws Exception {
        learn(record("u9", "\"a\",\"secret\""), record("u1", "\"c\",\"d\""));
        backup("b1");
        forgetContext("u9");
        restore("b1");
        try (Server server = Server.learning(served())) {
            MemoryView view = server.view();
            int a = view.conceptOf("a");
            assertThat(a >= 0 && view.isKnown(a)).isFalse();
            assertThat(view.counts().episodes()).isEqualTo(1);
        }
        assertThat(strengths(data)).isEqualTo(both("c-d"));
    }

    @Test
    void aContextThatWentOnAfterTheBackupIsForgottenAsItWasWhicheverFileIsLearnedNext() throws Exception {
        learn("{\"at\":1706781600000,\"concepts\":[\"a\",\"b\"]}", record("u9", "\"a\""));
        backup("b1");
        learn(record("u9", "\"b\""), record("u9", "\"c\""));
        forgetContext("u9");
        assertThat(strengths(data)).isEqualTo(both("a-b"));
        for (String next : List.of("other", "f", "forget", "serve")) {
            restore("b1");
            if (next.equals("other")) {
                Path other = Files.writeString(directory.resolve("other.jsonl"), record("u1", "\"x\",\"y\"") + "\n");
                synfire.learn(common(), new LearnRequest(List.of(other.toString()), false, false));
                assertThat(strengths(data)).isEqualTo(both("a-b", "x-y"));
            } else if (next.equals("serve")) {
                try (Server server = Server.learning(served())) {
                    assertThat(server.view().counts().episodes()).isEqualTo(1);
                }
            } else if (next.equals("forget")) {
                assertThatThrownBy(() -> forgetContext("nobody")).hasMessageContaining("nothing of this context");
            }
            learn();
            rebuildSaysTheSame();
            assertThatThrownBy(() -> forgetContext("u9")).hasMessageContaining("nothing of this context");
            assertThat(strengths(data)).isEqualTo(next.equals("other") ? both("a-b", "x-y") : both("a-b"));
        }
    }

    /** Whoever restores was stopped when the store was in its place, and the log was not yet. */
    @Test
    void aRestoreThatWasStoppedBeforeTheLogIsMendedByAnother() throws Exception {
        learn(record("u9", "\"a\",\"secret\""), record("u8", "\"a\",\"b\""));
        forgetContext("u9");
        backup("b1");
        FileCopies.delete(data);
        restore("b1");
        Files.delete(data.resolve("forgotten.jsonl"));
        Files.delete(data.resolve("turns.jsonl"));
        learn(record("u7", "\"c\",\"d\""));
        assertThat(strengths(data)).isEqualTo(both("a-b", "c-d"));
        try (Server server = Server.learning(served())) {
            assertThat(server.view().counts().episodes()).isEqualTo(2);
        }
        assertThatThrownBy(() -> synfire.forget(common(), new Forgotten(null, "a")))
                .hasMessageContaining("the file of what was forgotten is not the one that was learned")
                .hasMessageContaining("restore BACKUP --force");
        assertThatThrownBy(() -> forgetContext("u8")).hasMessageContaining("forgotten.jsonl");
        assertThat(FileCopies.all(data)).containsExactly("memory.lock", "store");
        restore("b1");
        learn();
        assertThat(strengths(data)).isEqualTo(both("a-b", "c-d"));
        rebuildSaysTheSame();
        forgetContext("u8");
        assertThat(strengths(data)).isEqualTo(both("c-d"));
    }

    @Test
    void aLogThatIsNotTheOneThatWasLearnedIsNamedWithWhatToDo() throws Exception {
        learn(record("u9", "\"a\",\"secret\""), record("u8", "\"a\",\"b\""));
        forgetContext("u9");
        backup("b1");
        Path commands = data.resolve("forgotten.jsonl");
        Files.writeString(commands, "{\"forget\":{\"concept\":\"b\"}}\n");
        assertThatThrownBy(() -> learn())
                .hasMessageContaining("the file of what was forgotten is not the one that was learned")
                .hasMessageContaining("move away what is in its place, and `restore BACKUP --force`");
        Files.delete(commands);
        restore("b1");
        learn();
        assertThat(strengths(data)).isEqualTo(both("a-b"));
        rebuildSaysTheSame();
    }

    private Settings served() throws IOException {
        return Settings.load(
                new Common(
                        data, null, List.of("half-lives=none", "http.port=0", "kafka.bootstrap.servers=127.0.0.1:1")),
                Map.of(),
                Map.of());
    }

    @Test
    void aBackupHoldsWhatForgetsAndBringsItBackWhereThereIsNone() throws Exception {
        learn(record("u9", "\"a\",\"secret\""), record("u8", "\"a\",\"b\""));
        forgetContext("u9");
        byte[] commands = Files.readAllBytes(data.resolve("forgotten.jsonl"));
        backup("b1");
        assertThat(directory.resolve("b1/log/forgotten.jsonl")).hasBinaryContent(commands);
        assertThat(BackupManifest.read(directory.resolve("b1")).log())
                .extracting(BackupAnswer.File::name, BackupAnswer.File::bytes)
                .containsExactly(
                        tuple("turns.jsonl", Files.size(data.resolve("turns.jsonl"))),
                        tuple("forgotten.jsonl", (long) commands.length));
        FileCopies.delete(data);
        restore("b1");
        assertThat(data.resolve("forgotten.jsonl")).hasBinaryContent(commands);
        assertThat(FileCopies.all(data)).containsExactly("forgotten.jsonl", "memory.lock", "store", "turns.jsonl");
        assertThat(strengths(data)).isEqualTo(both("a-b"));
        rebuildSaysTheSame();
        forgetContext("u8");
        assertThat(strengths(data)).isEmpty();
        rebuildSaysTheSame();
    }

    @Test
    void aRestoreKeepsALogThatGoesOnAndCompletesOneThatEndsEarlier() throws Exception {
        learn(record("u9", "\"a\",\"secret\""), record("u8", "\"a\",\"b\""), record("u7", "\"c\",\"d\""));
        forgetContext("u9");
        byte[] earlier = Files.readAllBytes(data.resolve("forgotten.jsonl"));
        backup("b1");
        forgetContext("u8");
        byte[] longer = Files.readAllBytes(data.resolve("forgotten.jsonl"));
        backup("b2");
        restore("b1");
        assertThat(data.resolve("forgotten.jsonl")).hasBinaryContent(longer);
        learn();
        assertThat(strengths(data)).isEqualTo(both("c-d"));

        Files.write(data.resolve("forgotten.jsonl"), earlier);
        restore("b2");
        assertThat(data.resolve("forgotten.jsonl")).hasBinaryContent(longer);
        assertThat(strengths(data)).isEqualTo(both("c-d"));
        rebuildSaysTheSame();
    }

    @Test
    void aRestoreRefusesOverAnotherLogAndADamagedOneAndChangesNothing() throws Exception {
        learn(record("u9", "\"a\",\"secret\""), record("u8", "\"a\",\"b\""));
        forgetContext("u9");
        backup("b1");
        Path commands = data.resolve("forgotten.jsonl");
        byte[] own = Files.readAllBytes(commands);
        Map<String, Double> before = strengths(data);
        Files.writeString(commands, "{\"forget\":{\"concept\":\"b\"}}\n");
        assertThatThrownBy(() -> restore("b1"))
                .hasMessageContaining("another log than that of the backup is in the data directory")
                .hasMessageContaining("file=" + commands);
        assertThat(commands).hasContent("{\"forget\":{\"concept\":\"b\"}}");
        assertThat(FileCopies.all(data)).containsExactly("forgotten.jsonl", "memory.lock", "store", "turns.jsonl");

        Files.write(commands, own);
        Path kept = directory.resolve("b1/log/forgotten.jsonl");
        Files.writeString(kept, "x", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> restore("b1")).hasMessageContaining("the backup is damaged: file=" + kept);
        Files.delete(kept);
        assertThatThrownBy(() -> restore("b1"))
                .hasMessageContaining("the backup is damaged, a file is missing: file=" + kept);
        assertThat(FileCopies.all(data)).containsExactly("forgotten.jsonl", "memory.lock", "store", "turns.jsonl");
        assertThat(strengths(data)).isEqualTo(before);
    }

    /** By fewer concepts the backup's memory had not learned all that the other one named. */
    @Test
    void aBackupIsNotPutInThePlaceOfAMemoryThatHasLearnedItsLogOtherwise() throws Exception {
        Common few = new Common(data, null, List.of("half-lives=none", "max-concepts=3"));
        Files.writeString(
                file,
                String.join(
                        "\n",
                        record("u", "\"p\",\"q\""),
                        record("u", "\"a\",\"b\",\"c\",\"d\""),
                        record("v", "\"a\",\"k\""),
                        ""));
        synfire.learn(few, new LearnRequest(List.of(file.toString()), false, false));
        Path backup = directory.resolve("few");
        synfire.backup(few, backup, null);
        Path other = directory.resolve("other");
        synfire.rebuild(
                new Common(data, null, List.of("max-concepts=200")), new RebuildRequest(other, null, null, false));
        Common many = new Common(other, null, List.of());
        ForgetAnswer forgotten = synfire.forget(many, new Forgotten("u", null));
        assertThat(forgotten.parts()).isNotEmpty().allMatch(part -> part.outcome() == ForgetAnswer.Outcome.APPLIED);
        Map<String, Double> left = strengths(other);
        assertThat(left).isEqualTo(both("a-k"));
        String store = Files.readString(StoreDirectory.live(other).resolve("CURRENT"));

        assertThatThrownBy(() -> synfire.restore(many, backup, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has learned its log anew since the backup was made")
                .hasMessageContaining("max-concepts=200 -> 3");
        assertThat(StoreDirectory.live(other).resolve("CURRENT")).hasContent(store);
        assertThat(strengths(other)).isEqualTo(left);

        // The way out that it names.
        Path then = directory.resolve("then");
        synfire.rebuild(
                new Common(other, null, List.of("max-concepts=3")), new RebuildRequest(then, null, null, false));
        assertThat(strengths(then)).isEqualTo(left);

        // The other: what was forgotten is forgotten there again.
        Path fresh = directory.resolve("elsewhere");
        Common elsewhere = new Common(fresh, null, List.of());
        synfire.restore(elsewhere, backup, true);
        synfire.forget(elsewhere, new Forgotten("u", null));
        assertThat(strengths(fresh)).isEqualTo(left);
    }

    @Test
    void deadLettersThatWereLearnedAgainAreKeptAndOthersAreNot() throws Exception {
        learn("{\"concepts\":[]}", record("u1", "\"a\",\"b\""));
        backup("b1");
        assertThat(directory.resolve("b1/log")).doesNotExist();
        synfire.learn(common(), new LearnRequest(List.of(), false, true));
        backup("b2");
        assertThat(FileCopies.all(directory.resolve("b2/log"))).containsExactly("dead-letters.jsonl");
        FileCopies.delete(data);
        restore("b2");
        rebuildSaysTheSame();
    }

    @Test
    void aMemoryThatForgotAtAnotherMomentIsNotCalledTheSame() throws Exception {
        learn("{\"at\":1706781600000,\"concepts\":[\"a\",\"b\"]}", "{\"forget\":{\"concept\":\"a\"}}");
        rebuildSaysTheSame();
        List<Position> positions;
        List<Stretch> stretches;
        try (Engine engine = Engine.openReadOnly(data.resolve("store"), OPTIONS, new SimpleMeterRegistry())) {
            positions = engine.positions();
            stretches = engine.view().stretches();
        }
        assertThat(stretches).hasSize(1);
        // The same records of the same file; but forgotten before it was learned.
        FileCopies.delete(data.resolve("store"));
        Map<String, String> settings = Map.of("half-lives", "none");
        try (Engine engine = Engine.open(data.resolve("store"), settings, OPTIONS, new SimpleMeterRegistry())) {
            List<Entry> entries = List.of(new Forget("a"), Episode.of(1_706_781_600_000L, "a", "b"));
            engine.apply(new Batch("", entries, positions, 0, stretches.get(0)));
        }
        RebuildAnswer answer =
                synfire.rebuild(common(), new RebuildRequest(directory.resolve("rebuilt"), null, null, false));
        assertThat(answer.before()).isNotNull();
        assertThat(answer.after().learned()).isEqualTo(answer.before().learned());
        assertThat(answer.comparison()).isEqualTo(RebuildAnswer.Comparison.DIFFERENT);
        assertThat(new RebuildText().of(answer)).contains("the same records, but NOT the same memory");
    }
}

package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Forget;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import io.synfire.ingest.forget.HeldId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A context of files is forgotten, also where the one who began that was killed; parts and their dead letters are told by identity. */
@SuppressWarnings("NullAway.Init")
final class FileForgetterTest {

    private static final String OTHERS = record(9, "other", "y", "z");

    @TempDir
    Path directory;

    /** One memory with its files. */
    private static final class Memory implements AutoCloseable {
        final FileKit kit;
        final Engine engine;
        final Path commands;

        Memory(Path directory) throws IOException {
            kit = new FileKit(Files.createDirectories(directory));
            // So small that the context takes several parts.
            kit.limits = new RecordLimits(320, RecordLimits.AT_MS_MAX);
            engine = kit.open("store");
            commands = kit.directory.resolve("forgotten.jsonl");
        }

        /** Six episodes of a context, and one of another. */
        void learnLog() throws IOException {
            List<String> log = new ArrayList<>();
            for (int day : new int[] {1, 2, 5, 6, 9, 10}) {
                log.add(record(day, "k", "k" + day, "x"));
            }
            log.add(OTHERS);
            kit.learn(engine, kit.write("log.jsonl", log.toArray(String[]::new)));
        }

        FileForgetter forgetter() {
            return forgetter(commands);
        }

        FileForgetter forgetter(Path commands) {
            return new FileForgetter(engine, commands, kit.deadLetters(), new Decoding(null, false, null, kit.limits));
        }

        /** The parts that take a context back, each with why it is a dead letter if it is. */
        List<String> letters(String id) throws IOException {
            List<String> places = new ArrayList<>();
            ForgetReceipt receipt = forgetter().forgetContext(id);
            FileDeadLetters letters = FileDeadLetters.in(kit.deadLetters(), new HeldId(id));
            for (Appended part : receipt.appended()) {
                places.add(part.offset() + " " + letters.reason(forgetterId(), part.offset()));
            }
            return places;
        }

        private String forgetterId() throws IOException {
            String source = Known.source(commands);
            return Known.of(engine.positions()).stream()
                    .filter(known -> known.source().equals(source))
                    .map(Known::id)
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    @Test
    void whoeverIsKilledWhileItForgetsIsFinishedByTheNext() throws Exception {
        ForgetReceipt whole;
        byte[] text;
        try (Memory memory = new Memory(directory.resolve("whole"))) {
            memory.learnLog();
            whole = memory.forgetter().forgetContext("k");
            text = Files.readAllBytes(memory.commands);
            assertThat(memory.engine.digest().learned())
                    .isEqualTo(memory.kit.told(OTHERS).learned());
        }
        assertThat(whole.episodes()).isEqualTo(6);
        assertThat(whole.appended()).hasSizeGreaterThan(2);
        int first = new String(text, StandardCharsets.UTF_8).indexOf('\n');
        // Nothing, half a line, a line without its end, a line, and a bit of the next; some parts; all.
        for (int cut : List.of(0, 1, first - 20, first, first + 1, first + 9, text.length - 1, text.length)) {
            try (Memory memory = new Memory(directory.resolve("cut-" + cut))) {
                memory.learnLog();
                // All that is left of one that was killed before the memory had learned it.
                Files.write(memory.commands, Arrays.copyOf(text, cut));
                ForgetReceipt receipt = memory.forgetter().forgetContext("k");
                assertThat(memory.engine.digest().learned())
                        .as("cut at %s of %s", cut, text.length)
                        .isEqualTo(memory.kit.told(OTHERS).learned());
                assertThat(receipt.episodes()).isEqualTo(6);
                assertThat(receipt.removed().pairs()).isEqualTo(whole.removed().pairs());
                assertThat(receipt.removed().associations())
                        .isEqualTo(whole.removed().associations());
                assertThat(receipt.appended())
                        .as("cut at %s of %s", cut, text.length)
                        .extracting(Appended::offset, Appended::eventId)
                        .containsExactlyElementsOf(whole.appended().stream()
                                .map(part -> org.assertj.core.groups.Tuple.tuple(part.offset(), part.eventId()))
                                .toList());
                assertThat(Files.readAllLines(memory.commands))
                        .isEqualTo(
                                new String(text, StandardCharsets.UTF_8).lines().toList());
                assertThat(memory.kit.deadLetters()).doesNotExist();
                try (Engine again = memory.kit.open("again")) {
                    memory.kit.replay(memory.engine, again);
                    assertThat(again.digest()).isEqualTo(memory.engine.digest());
                }
            }
        }
    }

    @Test
    void whatWasAppendedForAnotherContextIsLearnedAndNotTold() throws Exception {
        String taken = "{\"retract\":{\"context\":\"other\",\"episodes\":["
                + OTHERS.replace("\"context\":\"other\",", "") + "]},\"eventId\":\"r-1\"}\n";
        try (Memory memory = new Memory(directory.resolve("two"))) {
            memory.learnLog();
            Files.writeString(memory.commands, taken);
            ForgetReceipt receipt = memory.forgetter().forgetContext("k");
            assertThat(receipt.episodes()).isEqualTo(6);
            assertThat(receipt.appended()).extracting(Appended::eventId).doesNotContain("r-1");
            assertThat(receipt.appended().get(0).offset()).isEqualTo(1);
            assertThat(memory.engine.digest().learned()).isZero();
            // Once it is learned, nothing of it is told again.
            assertThat(memory.forgetter().forgetContext("k").appended()).isEmpty();
        }
    }

    @Test
    void aPartThatTheMemoryPassesOverIsNotToldAsApplied() throws Exception {
        List<String> ids;
        try (Memory memory = new Memory(directory.resolve("first"))) {
            memory.learnLog();
            ids = memory.forgetter().forgetContext("k").appended().stream()
                    .map(Appended::eventId)
                    .toList();
        }
        try (Memory memory = new Memory(directory.resolve("second"))) {
            memory.learnLog();
            // Of the same ids by whatever chance: the memory takes nothing back then.
            for (String id : ids) {
                memory.engine.apply(
                        new Batch(FileRun.PARTITION, List.of(new Forget("nobody", Map.of(), id)), List.of(), 0));
            }
            ForgetReceipt receipt = memory.forgetter().forgetContext("k");
            assertThat(receipt.appended()).hasSameSizeAs(ids).allMatch(Appended::isRepeated);
            assertThat(receipt.episodes()).isZero();
            assertThat(receipt.left()).isEqualTo(6);
            assertThat(memory.engine.view().counts().episodes()).isEqualTo(7);
        }
    }

    /** As in a copy of the data directory, beside the one that was copied. */
    @Test
    void aCopyOfTheCommandsThatGrowsIsNotLearnedTwice() throws Exception {
        String late = record(20, "late", "l", "m");
        try (Memory memory = new Memory(directory.resolve("copied"))) {
            memory.learnLog();
            memory.forgetter().forgetContext("k");
            // By then the ids of the commands are not known any more.
            memory.kit.learn(memory.engine, memory.kit.write("late.jsonl", late));
            Path copy = memory.kit.directory.resolve("copy.jsonl");
            Files.copy(memory.commands, copy);
            assertThat(memory.forgetter(copy).forgetContext("other").episodes()).isEqualTo(1);
            assertThat(memory.engine.digest().learned())
                    .isEqualTo(memory.kit.told(late).learned());
        }
    }

    @Test
    void aDeadLetterOfARenamedFileIsNotThatOfTheNextOfItsName() throws Exception {
        try (Memory memory = new Memory(directory.resolve("renamed"))) {
            memory.learnLog();
            Files.writeString(memory.commands, "{\"retract\":{\"context\":\"k\",\"episodes\":[]}}\n");
            memory.kit.learn(memory.engine, memory.commands);
            String before = memory.forgetterId();
            Path renamed = memory.kit.directory.resolve("forgotten-1.jsonl");
            Files.move(memory.commands, renamed);
            memory.kit.learn(memory.engine, renamed);
            FileDeadLetters letters = FileDeadLetters.in(memory.kit.deadLetters(), new HeldId("k"));
            assertThat(letters.lines()).containsExactly(0L);
            assertThat(letters.reason(before, 0))
                    .hasValueSatisfying(reason -> assertThat(reason).contains("episodes"));
            assertThat(memory.letters("k"))
                    .startsWith("0 Optional.empty")
                    .doesNotContain("0 " + letters.reason(before, 0));
            assertThat(memory.forgetterId()).isNotEqualTo(before);
            assertThat(memory.engine.digest().learned())
                    .isEqualTo(memory.kit.told(OTHERS).learned());
        }
    }

    @Test
    void norIsThatOfAFileThatAnotherReplaced() throws Exception {
        String other = "{\"retract\":{\"context\":\"nobody\",\"episodes\":[" + record(1, "a", "b") + "]}}\n";
        try (Memory memory = new Memory(directory.resolve("replaced"))) {
            memory.learnLog();
            Files.writeString(memory.commands, other + "{\"retract\":{\"context\":\"k\",\"episodes\":[]}}\n");
            memory.kit.learn(memory.engine, memory.commands);
            String before = memory.forgetterId();
            Path kept = memory.kit.directory.resolve("kept.jsonl");
            Files.move(memory.commands, kept);
            Files.writeString(memory.commands, "\n");
            memory.kit.learn(memory.engine, true, memory.commands);
            memory.kit.learn(memory.engine, kept);
            FileDeadLetters letters = FileDeadLetters.in(memory.kit.deadLetters(), new HeldId("k"));
            assertThat(letters.reason(before, 1)).isPresent();
            // The first part is record 1, as the one that was rejected was.
            assertThat(memory.letters("k")).startsWith("1 Optional.empty");
            assertThat(memory.forgetterId()).isNotEqualTo(before);
        }
    }

    @Test
    void aPartThatIsRejectedIsTold() throws Exception {
        try (Memory memory = new Memory(directory.resolve("rejected"))) {
            memory.learnLog();
            memory.forgetter().forgetContext("k");
            Files.write(
                    memory.commands,
                    "{\"retract\":{\"context\":\"k\",\"episodes\":[]}}\n".getBytes(StandardCharsets.UTF_8),
                    java.nio.file.StandardOpenOption.APPEND);
            ForgetReceipt receipt = memory.forgetter().forgetContext("k");
            assertThat(receipt.episodes()).isZero();
            FileDeadLetters letters = FileDeadLetters.in(memory.kit.deadLetters(), new HeldId("k"));
            long record = Files.readAllLines(memory.commands).size() - 1L;
            assertThat(letters.reason(memory.forgetterId(), record)).isPresent();
        }
    }
}

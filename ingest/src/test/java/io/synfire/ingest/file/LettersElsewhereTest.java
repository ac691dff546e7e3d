package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters of a data directory that was moved, copied or restored are those that were learned, wherever they lie. */
@SuppressWarnings("NullAway.Init")
final class LettersElsewhereTest {

    private static final String A = record(1, "k", "a1", "x");

    /** Records that are longer than the limit was at first. */
    private static final String LONG = record(2, "k", "long-concept-of-the-first", "x");

    private static final String LONG_2 = record(3, "k", "long-concept-of-the-second", "x");
    private static final String LONG_3 = record(4, "k", "long-concept-of-the-third", "x");
    private static final RecordLimits SMALL = new RecordLimits(75, RecordLimits.AT_MS_MAX);

    @TempDir
    Path directory;

    private FileKit original;

    @BeforeEach
    void makeOriginal() throws IOException {
        original = kit("original");
    }

    private FileKit kit(String name) throws IOException {
        return new FileKit(Files.createDirectories(directory.resolve(name)));
    }

    /** As {@code cp -r} does. */
    private FileKit copy(FileKit from, String name) throws IOException {
        FileKit to = kit(name);
        try (Stream<Path> files = Files.walk(from.directory)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                Path target = to.directory.resolve(from.directory.relativize(file));
                try {
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return to;
    }

    private FileKit moved(FileKit from, String name) throws IOException {
        Path to = directory.resolve(name);
        Files.move(from.directory, to);
        return new FileKit(to);
    }

    /** Streams records that are rejected for their length. */
    private static void rejected(FileKit kit, String... records) throws IOException {
        kit.limits = SMALL;
        try (Engine engine = kit.open("store")) {
            byte[] lines = (String.join("\n", records) + "\n").getBytes(StandardCharsets.UTF_8);
            assertThat(kit.learner(engine)
                            .learn(new ByteArrayInputStream(lines), "-", progress -> {})
                            .rejected())
                    .isEqualTo(records.length);
        }
        kit.limits = RecordLimits.DEFAULTS;
    }

    /** How many letters are learned. */
    private static long again(FileKit kit) throws IOException {
        try (Engine engine = kit.open("store")) {
            return kit.learner(engine).learnAgain(false, lines -> {}).episodes();
        }
    }

    private static long againInVain(FileKit kit) throws IOException {
        kit.limits = SMALL;
        try (Engine engine = kit.open("store")) {
            return kit.learner(engine).learnAgain(false, lines -> {}).rejected();
        } finally {
            kit.limits = RecordLimits.DEFAULTS;
        }
    }

    private static void assertLearned(FileKit kit, String... records) throws Exception {
        try (Engine engine = kit.open("store")) {
            assertThat(engine.digest()).isEqualTo(kit.told(records));
        }
    }

    @Test
    void aCopyBesideTheOriginalLearnsNoLetterOfAStreamOnceMore() throws Exception {
        rejected(original, LONG);
        assertThat(again(original)).isEqualTo(1);
        FileKit copy = copy(original, "copy");
        FileKit second = copy(copy, "second");
        for (FileKit each : List.of(copy, second, original, copy(copy, "third"))) {
            assertThat(again(each)).isZero();
            assertThat(again(each)).isZero();
            assertLearned(each, LONG);
        }
    }

    @Test
    void oneThatWasMovedLearnsNoneOnceMoreEither() throws Exception {
        rejected(original, LONG);
        assertThat(again(original)).isEqualTo(1);
        FileKit there = moved(original, "there");
        assertThat(again(there)).isZero();
        assertLearned(there, LONG);
    }

    @Test
    void whatIsAppendedSinceIsLearnedInEachOnce() throws Exception {
        rejected(original, LONG);
        assertThat(again(original)).isEqualTo(1);
        FileKit copy = copy(original, "copy");
        rejected(copy, LONG_2);
        rejected(original, LONG_3);
        assertThat(again(copy)).isEqualTo(1);
        assertThat(again(original)).isEqualTo(1);
        assertThat(again(copy)).isZero();
        assertLearned(copy, LONG, LONG_2);
        assertLearned(original, LONG, LONG_3);
    }

    @Test
    void theOriginalsLettersMayBeGoneOrOthersByThen() throws Exception {
        rejected(original, LONG);
        assertThat(again(original)).isEqualTo(1);
        FileKit copy = copy(original, "copy");
        FileKit second = copy(original, "second");
        rejected(copy, LONG_2);
        Files.delete(original.deadLetters());
        assertThat(again(copy)).isEqualTo(1);
        Files.writeString(original.deadLetters(), "{}\n");
        assertThat(again(second)).isZero();
        assertLearned(copy, LONG, LONG_2);
        assertLearned(second, LONG);
    }

    @Test
    void oneThatWasTriedInVainIsLearnedOnceInACopy() throws Exception {
        rejected(original, LONG, LONG);
        assertThat(againInVain(original)).isEqualTo(2);
        FileKit copy = copy(original, "copy");
        FileKit second = copy(original, "second");
        assertThat(againInVain(second)).isEqualTo(2);
        for (FileKit each : List.of(copy, second, original, copy(second, "third"))) {
            assertThat(again(each)).isLessThanOrEqualTo(2);
            assertThat(again(each)).isZero();
            assertLearned(each, LONG, LONG);
        }
    }

    @Test
    void aRebuiltMemoryLearnsLettersOfItsOwnThatBeginAlike() throws Exception {
        original.limits = SMALL;
        try (Engine engine = original.open("store")) {
            original.learn(engine, original.write("a.jsonl", A, LONG));
        }
        assertThat(againInVain(original)).isEqualTo(1);
        FileKit beside = rebuilt("beside");
        FileKit alone = rebuilt("alone");
        assertThat(again(beside)).isEqualTo(1);
        assertThat(again(copy(beside, "copy"))).isZero();
        assertLearned(beside, A, LONG);
        Files.delete(original.deadLetters());
        assertThat(again(alone)).isEqualTo(1);
        assertThat(again(alone)).isZero();
        assertLearned(alone, A, LONG);
    }

    @Test
    void aRebuiltMemoryLearnsALetterOfAStreamThatItHasRejected() throws Exception {
        rejected(original, LONG);
        assertThat(again(original)).isEqualTo(1);
        FileKit beside = rebuilt("beside");
        FileKit alone = rebuilt("alone");
        assertLearned(beside);
        assertThat(again(beside)).isEqualTo(1);
        assertThat(again(beside)).isZero();
        FileKit copy = copy(beside, "copy");
        assertThat(again(copy)).isZero();
        assertLearned(copy, LONG);
        assertLearned(beside, LONG);
        Files.delete(original.deadLetters());
        assertThat(again(alone)).isEqualTo(1);
        assertThat(again(alone)).isZero();
        assertLearned(alone, LONG);
    }

    /** By a limit that was not there when the letters were learned. */
    private FileKit rebuilt(String name) throws IOException {
        FileKit rebuilt = kit(name);
        original.limits = SMALL;
        original.replayed = rebuilt.deadLetters();
        try (Engine from = original.open("store");
                Engine into = rebuilt.open("store")) {
            original.replay(from, into, Until.always(), false, ReplayWatch.NONE);
        }
        return rebuilt;
    }

    @Test
    void oneThatWasMovedForgetsWhatItsLettersSay() throws Exception {
        original.limits = SMALL;
        Path file = directory.resolve("a.jsonl");
        Files.writeString(file, A + "\n" + LONG + "\n");
        try (Engine engine = original.open("store")) {
            original.learn(engine, file);
        }
        original.limits = RecordLimits.DEFAULTS;
        assertThat(again(original)).isEqualTo(1);
        FileKit copy = moved(original, "copy");
        try (Engine engine = copy.open("store")) {
            FileForgetter forgetter = new FileForgetter(
                    engine,
                    copy.directory.resolve("forgotten.jsonl"),
                    copy.deadLetters(),
                    new Decoding(null, false, null, copy.limits));
            assertThat(forgetter.forgetContext("k").episodes()).isEqualTo(2);
        }
    }
}

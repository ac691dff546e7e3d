package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synfire.query.cli.SynfireCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.SequenceInputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Files from the command line, as people have them: replaced, grown, rotated, half written, of another format. */
final class LearnFilesTest {

    private static final String MONDAY =
            """
            {"at":"2024-02-01T10:00:00Z","concepts":["mon1","x"]}
            {"at":"2024-02-02T10:00:00Z","concepts":["mon2","x"]}
            {"at":"2024-02-03T10:00:00Z","concepts":["mon3","x"]}
            """;
    private static final String TUESDAY =
            """
            {"at":"2024-02-04T10:00:00Z","concepts":["tue4","x"]}
            {"at":"2024-02-05T10:00:00Z","concepts":["tue5","x"]}
            {"at":"2024-02-06T10:00:00Z","concepts":["tue6","x"]}
            {"at":"2024-02-07T10:00:00Z","concepts":["tue7","x"]}
            """;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String data = "memory";

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), nowhere, nowhere));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!all.contains("--data")) {
            all.addAll(List.of("--data", path(data)));
        }
        return line.execute(all.toArray(new String[0]));
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private String write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    private String json(String... arguments) {
        String[] withJson = Arrays.copyOf(arguments, arguments.length + 1);
        withJson[arguments.length] = "--json";
        assertThat(run(withJson)).as(err.toString()).isZero();
        return out.toString();
    }

    private void assertFails(String expected, String... arguments) {
        assertThat(run(arguments)).isEqualTo(1);
        assertThat(err.toString()).startsWith("synfire: ").contains(expected).hasLineCount(1);
    }

    /** The concepts that go with one, each with its strength, the strongest first. */
    private List<String> associations(String concept) {
        Matcher found = Pattern.compile("\"concept\":\"([^\"]+)\",\"score\":[^,]+,\"strength\":([0-9.]+)")
                .matcher(json("associations", concept));
        List<String> associations = new ArrayList<>();
        while (found.find()) {
            // A sum is a float32.
            double strength = Math.round(Double.parseDouble(found.group(2)) * 1e5) / 1e5;
            associations.add(found.group(1) + " " + strength);
        }
        return associations;
    }

    private static String field(String json, String name) {
        Matcher found =
                Pattern.compile("\"" + name + "\":(\"[^\"]*\"|[^,}\\]]+)").matcher(json);
        assertThat(found.find()).as("%s in %s", name, json).isTrue();
        return found.group(1);
    }

    @Test
    void aDailyFileThatIsReplacedIsRefusedByName() throws Exception {
        String daily = write("daily.jsonl", MONDAY);
        assertThat(run("learn", daily)).isZero();
        write("daily.jsonl", TUESDAY);
        assertFails("the file was replaced or cut short since it was learned: file=" + daily, "learn", daily);
        assertThat(err.toString()).contains("--as-new", "learn RENAMED daily.jsonl");
        String learned = json("learn", daily, "--as-new");
        assertThat(field(learned, "episodes")).isEqualTo("4");
        assertThat(learned).contains("the 3 records that were learned under this name before are not here any more");
        assertThat(field(json("digest"), "episodes")).isEqualTo("7");
        // What was there is not to be had any more, and nobody reads the other for it.
        for (String[] command : new String[][] {
            {"rebuild", "--into", path("built")},
            {"forget", "--context", "k"},
            {"explain", "mon1", "x", "--evidence"}
        }) {
            assertFails("daily.jsonl", command);
            assertThat(err.toString()).contains("replaced, cut short or removed");
        }
        // It is, once it is told where it is.
        assertThat(run("learn", write("monday.jsonl", MONDAY))).isZero();
        assertThat(out.toString()).contains("3 learned before").contains("it is known as " + daily);
        assertThat(field(json("rebuild", "--into", path("built2")), "learnedEqual"))
                .isEqualTo("true");
        assertThat(run("explain", "mon1", "x", "--evidence")).isZero();
    }

    @Test
    void aTailIsReadFromTheFilesThatWereLearnedAndFromNoOthers() throws Exception {
        String daily = write("daily.jsonl", MONDAY);
        assertThat(run("learn", daily)).isZero();
        for (String into : List.of("first", "second")) {
            assertThat(run("rebuild", "--into", path(into), "--until", "2024-02-02T12:00:00Z"))
                    .as(err.toString())
                    .isZero();
        }
        String[] diff = {"diff", path("first"), path("second"), "--tail"};
        assertThat(run(diff)).as(err.toString()).isZero();
        write("daily.jsonl", MONDAY.replace("mon1", "tue1"));
        assertFails("the file was replaced, cut short or removed: file=" + daily + " records=3", diff);
        assertThat(err.toString()).contains("learn it under its new name first", "rebuild --accept-gap");
        write("daily.jsonl", MONDAY + TUESDAY);
        assertThat(run(diff)).as(err.toString()).isZero();
    }

    @Test
    void whatWasLearnedOfAFileThatWasReplacedIsNotForgottenByTheOther() throws Exception {
        String export = write(
                "export.jsonl",
                """
                {"at":"2024-02-05T10:00:00Z","context":"user-9","concepts":["a","b"]}
                {"at":"2024-02-05T10:00:00Z","context":"user-8","concepts":["a","c"]}
                """);
        assertThat(run("learn", export)).isZero();
        String monday = Files.readString(Path.of(export));
        write(
                "export.jsonl",
                """
                {"at":"2024-02-06T10:00:00Z","context":"user-9","concepts":["c","d"]}
                {"at":"2024-02-06T10:00:00Z","context":"user-7","concepts":["c","d"]}
                """);
        String before = json("digest");
        assertFails("file=" + export, "forget", "--context", "user-9");
        assertThat(json("digest")).isEqualTo(before);
        Files.writeString(Path.of(export), monday);
        assertThat(run("forget", "--context", "user-9")).isZero();
        String later = "{\"at\":\"2024-02-07T10:00:00Z\",\"context\":\"user-5\",\"concepts\":[\"c\",\"d\"]}\n";
        assertThat(run("learn", write("later.jsonl", later))).isZero();
        assertThat(associations("c").get(0)).isEqualTo("d 1.0");
        assertFails("the memory knows nothing of the concept: concept=b", "associations", "b");
    }

    @Test
    void aLineThatIsHalfWrittenIsLearnedOnceItIsWhole() throws Exception {
        String log = write(
                "log.jsonl",
                "{\"at\":\"2024-02-01T10:00:00Z\",\"concepts\":[\"a\",\"b\"]}\n"
                        + "{\"at\":\"2024-02-01T10:00:00Z\",\"conc");
        assertThat(run("learn", log)).isZero();
        assertThat(out.toString())
                .contains("1 episodes learned of 1 records")
                .contains("its last line has no end yet and waits for the next time");
        write(
                "log.jsonl",
                """
                {"at":"2024-02-01T10:00:00Z","concepts":["a","b"]}
                {"at":"2024-02-01T10:00:00Z","concepts":["c","d"]}
                """);
        assertThat(run("learn", log)).isZero();
        assertThat(associations("c")).containsExactly("d 1.0");
        assertThat(field(json("status"), "deadLetters")).isEqualTo("0");
        assertThat(Files.exists(directory.resolve(data).resolve("dead-letters.jsonl")))
                .isFalse();
    }

    @Test
    void aRotatedLogGoesOnAndForgettingAndBuildingAnewKnowIt() throws Exception {
        String context = "{\"at\":\"2024-02-01T10:00:0%dZ\",\"context\":\"%s\",\"concepts\":[\"%s\"]}%n";
        StringBuilder all = new StringBuilder();
        String log = write("app.log", "");
        for (int i = 0; i < 6; i++) {
            String line = context.formatted(i, i % 2 == 0 ? "k" : "other", "c" + i);
            all.append(i % 2 == 0 ? "" : line);
            Files.writeString(Path.of(log), line, java.nio.file.StandardOpenOption.APPEND);
            if (i == 1 || i == 4) {
                assertThat(run("learn", log)).isZero();
            }
            if (i == 3) {
                Files.move(Path.of(log), directory.resolve("app.log.1"), StandardCopyOption.REPLACE_EXISTING);
                write("app.log", "");
                assertThat(run("learn", path("app.log.1"), log)).isZero();
            }
        }
        assertThat(run("learn", path("app.log.1"), log)).isZero();
        assertThat(field(json("digest"), "episodes")).isEqualTo("6");
        assertThat(field(json("rebuild", "--into", path("built")), "learnedEqual"))
                .isEqualTo("true");
        assertThat(field(json("forget", "--context", "k"), "episodes")).isEqualTo("3");
        String forgotten = field(json("digest"), "learned");
        assertThat(field(json("rebuild", "--into", path("built-again")), "learnedEqual"))
                .isEqualTo("true");
        data = "never";
        assertThat(run("learn", write("others.jsonl", all.toString()))).isZero();
        assertThat(field(json("digest"), "learned")).isEqualTo(forgotten);
    }

    @Test
    void aForgetThatWasKilledBeforeTheMemoryLearnedItIsFinishedByTheNext() throws Exception {
        String log = write(
                "log.jsonl",
                """
                {"at":"2024-02-01T10:00:00Z","context":"k","concepts":["a"]}
                {"at":"2024-02-01T10:01:00Z","context":"k","concepts":["b"]}
                {"at":"2024-02-01T10:02:00Z","context":"other","concepts":["c","d"]}
                """);
        assertThat(run("learn", log)).isZero();
        Path store = directory.resolve(data).resolve("store");
        Path before = directory.resolve("before");
        copy(store, before);
        String receipt = json("forget", "--context", "k");
        assertThat(receipt).contains("\"episodes\":2,").contains("\"applied\":true");
        String digest = json("digest");
        // Killed between the command's last byte in the file and the checkpoint: the store is as it was.
        Files.move(store, directory.resolve("after"));
        copy(before, store);
        assertThat(field(json("digest"), "episodes")).isEqualTo("3");
        String finished = json("forget", "--context", "k");
        assertThat(parts(finished)).isEqualTo(parts(receipt)).contains("\"outcome\":\"applied\"");
        assertThat(finished).contains("\"episodes\":2,").contains("\"applied\":true");
        assertThat(json("digest")).isEqualTo(digest);
        assertFails("holds nothing of this context that is not taken back", "forget", "--context", "k");
    }

    private static String parts(String receipt) {
        int from = receipt.indexOf("\"appended\":[");
        return receipt.substring(from, receipt.indexOf(']', from));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void aDeadLetterOfARenamedFileOfRetractionsIsNotThatOfTheNext() throws Exception {
        String log =
                write("log.jsonl", "{\"at\":\"2024-02-01T10:00:00Z\",\"context\":\"k\",\"concepts\":[\"a\",\"b\"]}\n");
        assertThat(run("learn", log)).isZero();
        String bad = write(data + "/forgotten.jsonl", "{\"retract\":{\"context\":\"k\",\"episodes\":[]}}\n");
        // Before anything else is learned, it was: then nothing of it is new.
        assertThat(run("learn", bad)).isZero();
        assertThat(Files.readAllLines(directory.resolve(data).resolve("dead-letters.jsonl")))
                .hasSize(1);
        Files.move(Path.of(bad), directory.resolve("forgotten-1.jsonl"));
        assertThat(run("learn", path("forgotten-1.jsonl"))).isZero();
        String receipt = json("forget", "--context", "k");
        assertThat(parts(receipt)).contains("\"offset\":0,").contains("\"outcome\":\"applied\"");
        assertThat(receipt).contains("\"deadLettersCount\":1");
        assertFails("the memory knows nothing of the concept: concept=a", "associations", "a");
    }

    @Test
    void aTimeInTheFutureIsADeadLetterAndTheOthersKeepTheirWeight() throws Exception {
        String log = write(
                "future.jsonl",
                """
                {"at":"2024-02-01T10:00:00Z","concepts":["ham","mustard"]}
                {"at":"2024-02-02T10:00:00Z","concepts":["ham","mustard"]}
                {"at":"2099-02-01T10:00:00Z","concepts":["ham","bread"]}
                {"at":"2024-02-03T10:00:00Z","concepts":["ham","mustard"]}
                """);
        assertThat(run("learn", log)).isZero();
        assertThat(out.toString())
                .contains("3 episodes learned of 4 records")
                .contains("record 2: at may lie at most max-ahead=10m after the start of the run")
                .contains("at=2099-02-01T10:00:00Z")
                .contains("1 rejected records are in " + directory.resolve(data).resolve("dead-letters.jsonl"));
        // 1 + 2^(-1/30) + 2^(-2/30) at the third of February.
        assertThat(associations("ham")).singleElement().asString().startsWith("mustard 2.93");
        assertThat(json("associations", "ham")).contains("\"asOf\":\"2024-02-03T10:00:00Z\"");
    }

    @Test
    void whatIsAllRejectedExitsWithOneAndWhatIsNotNewWithZero() throws Exception {
        String bad = write("bad.jsonl", "{\"concepts\":[]}\n{\"at\":\"noon\",\"concepts\":[\"a\"]}\n");
        assertThat(run("learn", bad)).isEqualTo(1);
        assertThat(out.toString()).contains("record 0: concepts must hold at least one", "record 1: at must be");
        assertThat(run("learn", bad)).isZero();
        // Where another file was of use it is no failure.
        String worse = write("worse.jsonl", "{}\n");
        assertThat(run("learn", worse, write("good.jsonl", MONDAY))).isZero();
        assertThat(field(json("learn", bad, worse), "learnedBefore")).isEqualTo("2");
        assertThat(run("learn", "--again")).isEqualTo(1);
    }

    @Test
    void theDocumentSaysWhatBecameOfEachFile() throws Exception {
        String one = write("one.jsonl", MONDAY + "{}\n{\"forget\":{\"concept\":\"mon1\"}}\n{\"con");
        String answer = json("learn", one);
        assertThat(answer)
                .contains("\"files\":[{\"file\":\"" + one + "\",\"source\":\"file:"
                        + Path.of(one).toRealPath() + "\"")
                .contains(
                        "\"records\":5,\"episodes\":3,\"commands\":1,\"duplicates\":0,\"rejected\":1,"
                                + "\"passedOver\":0,\"learnedBefore\":0,\"knownAs\":null,\"waiting\":true,\"hasLog\":true,\"seconds\":")
                .contains("\"notes\":[],\"rejections\":[{\"record\":3,\"reason\":\"")
                .endsWith("\"deadLetters\":\"" + directory.resolve(data).resolve("dead-letters.jsonl")
                        + "\",\"failure\":null}\n");
    }

    @Test
    void whatWasLearnedBeforeAFailureIsInTheDocumentToo() throws Exception {
        String good = write("good.jsonl", MONDAY);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(TUESDAY.getBytes(StandardCharsets.UTF_8));
        }
        Path cut = Files.write(directory.resolve("cut.gz"), Arrays.copyOf(packed.toByteArray(), packed.size() - 10));
        assertThat(run("learn", good, cut.toString(), "--json")).isEqualTo(1);
        String failure = "the file cannot be read: file=" + cut + ": its gzip data ends too early";
        assertThat(field(out.toString(), "failure")).isEqualTo("\"" + failure + "\"");
        assertThat(field(out.toString(), "episodes")).isEqualTo("3");
        assertThat(err.toString()).isEqualTo("synfire: " + failure + System.lineSeparator());
        assertFails(failure, "learn", cut.toString());
    }

    @Test
    void whatWasLearnedOfTheFileThatFailsIsToldAsIsWhatWasLearnedBefore() throws Exception {
        String good = write("good.jsonl", MONDAY);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 5_000; i++) {
                String line =
                        i == 7 ? "{}" : "{\"at\":" + (1_706_781_600_000L + i) + ",\"concepts\":[\"c" + i + "\",\"y\"]}";
                gzip.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        byte[] half = Arrays.copyOf(packed.toByteArray(), packed.size() / 2);
        String cut = Files.write(directory.resolve("cut.gz"), half).toString();
        int whole = wholeLines(half);
        assertThat(whole).isBetween(2_001, 4_999);
        String failure = "the file cannot be read: file=" + cut + ": its gzip data ends too early";

        assertThat(run("learn", good, cut, "--json")).isEqualTo(1);
        assertThat(out.toString())
                .contains("\"sourceId\":", "{\"file\":\"" + good + "\"", "{\"file\":\"" + cut + "\"")
                .contains(counts(3, 3, 0))
                .contains(counts(whole, whole - 1, 1))
                .contains("\"rejections\":[{\"record\":7,\"reason\":\"")
                .contains("]," + counts(whole + 3, whole + 2, 1))
                .endsWith("\"failure\":\"" + failure + "\"}\n");
        assertThat(err.toString()).isEqualTo("synfire: " + failure + System.lineSeparator());
        assertThat(json("status")).contains("\"episodes\":" + (whole + 2));
        // What was told is safe, and is not learned once more.
        assertThat(run("learn", cut, "--json")).isEqualTo(1);
        assertThat(out.toString()).contains(counts(0, 0, 0) + ",\"passedOver\":0,\"learnedBefore\":" + whole);

        data = "alone";
        assertThat(run("learn", cut)).isEqualTo(1);
        assertThat(out.toString())
                .contains(String.format(
                        Locale.ROOT, "%s: %,d episodes learned of %,d records in ", cut, whole - 1, whole))
                .contains("record 7: ")
                .contains("1 rejected records are in " + directory.resolve("alone/dead-letters.jsonl"));
        assertThat(err.toString()).isEqualTo("synfire: " + failure + System.lineSeparator());
        assertThat(json("status")).contains("\"episodes\":" + (whole - 1));
    }

    private static String counts(int records, int episodes, int rejected) {
        return "\"records\":" + records + ",\"episodes\":" + episodes + ",\"commands\":0,\"duplicates\":0,\"rejected\":"
                + rejected;
    }

    /** As the JDK unpacks them. */
    private static int wholeLines(byte[] packed) throws IOException {
        int lines = 0;
        try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            while (true) {
                lines += unpacked.read() == '\n' ? 1 : 0;
            }
        } catch (EOFException e) {
            return lines;
        }
    }

    @Test
    void otherFormatsAreRefusedWithOneHint() throws Exception {
        String csv =
                write("ratings.csv", "userId,movieId,rating,timestamp\n5,70,4.5,1706781600\n5,71,2.0,1706781660\n");
        String tsv = write("sessions.tsv", "SessionId\tItemId\tTime\n1\tA\t1706788800\n1\tB\t1706788860\n");
        String text = write("sessions.txt", "java kafka rocksdb\njava kafka\n");
        String array = write("array.json", "[{\"concepts\":[\"a\",\"b\"]},{\"concepts\":[\"a\",\"b\"]}]");
        Path wide = Files.write(directory.resolve("wide.jsonl"), MONDAY.getBytes(StandardCharsets.UTF_16));
        assertFails("this looks like comma-separated values (CSV)", "learn", csv);
        assertFails("this looks like columns with tabs between (TSV)", "learn", tsv);
        assertFails("this looks like text that is no JSON", "learn", text);
        assertFails("this looks like a JSON array", "learn", array);
        assertFails("this looks like UTF-16", "learn", wide.toString());
        String mac = write("mac.jsonl", MONDAY.replace('\n', '\r'));
        assertFails("this looks like JSON objects with no LF between them (CR alone ends no line)", "learn", mac);
        assertFails("this looks like JSON objects with no LF between them", "evaluate", "--prequential", mac);
        assertThat(Files.exists(directory.resolve(data).resolve("dead-letters.jsonl")))
                .isFalse();
        assertFails("this looks like comma-separated values (CSV)", "evaluate", "--prequential", csv);
        assertFails("this looks like a JSON array", "evaluate", "--prequential", array);
        assertFails("this looks like UTF-16", "evaluate", "--prequential", wide.toString());
        assertFails("must name SessionId, ItemId and Time", "evaluate", "--prequential", write("t", "a\tb\n1\t2\n"));
        assertThat(run("evaluate", "--prequential", tsv)).isZero();
        assertThat(run("evaluate", "--prequential", text)).isZero();
        // A mark and the ends of lines of another system are no other format.
        String marked = write("marked.jsonl", "\ufeff" + MONDAY.replace("\n", "\r\n"));
        assertThat(run("evaluate", "--prequential", marked)).isZero();
        assertThat(field(json("learn", marked), "episodes")).isEqualTo("3");
    }

    @Test
    void faultsOfFilesNameThemInOneLine() throws Exception {
        assertFails("a directory cannot be learned, its files can: file=" + directory, "learn", directory.toString());
        assertFails("there is no such file: file=" + path("none"), "learn", path("none"));
        assertFails("config=" + directory, "status", "--config", directory.toString());
        assertFails("file=" + directory, "evaluate", "--prequential", directory.toString());
        String good = write("good.jsonl", MONDAY);
        assertThat(run("learn", good)).isZero();
        Files.delete(Path.of(good));
        assertFails("file=" + good, "explain", "mon1", "x", "--evidence");
        assertFails("good.jsonl", "forget", "--context", "k");
        assertFails("good.jsonl", "rebuild", "--into", path("built"));
    }

    @Test
    void theStandardInputIsReadToItsEndAndSaysThatItLeavesNoLog() throws Exception {
        InputStream before = System.in;
        try {
            // Two members of gzip, of which the second comes later: nothing is available when the first ends.
            InputStream pipe = new SequenceInputStream(
                    new ByteArrayInputStream(gzip("mustard")), new ByteArrayInputStream(gzip("bread")));
            System.setIn(pipe);
            assertThat(run("learn", "-")).isZero();
        } finally {
            System.setIn(before);
        }
        assertThat(out.toString())
                .contains("-: 2 episodes learned of 2 records")
                .contains("a stream leaves no log");
        assertThat(associations("ham")).containsExactlyInAnyOrder("mustard 1.0", "bread 1.0");
        assertThat(run("rebuild", "--into", path("built"))).isEqualTo(1);
    }

    /** As from a shell: what is there at one time ends in the middle of a header, and more comes later. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 2, 3, 4, 9, 10, 11})
    void whatIsPackedIsReadHoweverItComesThroughThePipe(int cut) throws Exception {
        byte[] first = gzip("mustard");
        byte[] second = gzip("bread");
        InputStream before = System.in;
        try (PipedInputStream pipe = new PipedInputStream(1 << 16);
                PipedOutputStream into = new PipedOutputStream(pipe)) {
            System.setIn(pipe);
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
                try (into) {
                    into.write(first);
                    into.write(second, 0, Math.max(0, cut));
                    if (cut < 0) {
                        into.write(0);
                    }
                    into.flush();
                    // Nothing more comes before all of this was taken.
                    await().atMost(Duration.ofMinutes(1)).until(() -> pipe.available() == 0);
                    into.write(second, Math.max(0, cut), second.length - Math.max(0, cut));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(run("learn", "-")).as(err.toString()).isZero();
            written.get();
        } finally {
            System.setIn(before);
        }
        assertThat(out.toString())
                .contains("-: 2 episodes learned of 2 records")
                .doesNotContain("something else");
        assertThat(associations("ham")).containsExactlyInAnyOrder("mustard 1.0", "bread 1.0");
    }

    private static byte[] gzip(String concept) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(("{\"at\":\"2024-02-01T10:00:00Z\",\"concepts\":[\"ham\",\"" + concept + "\"]}\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }

    @Test
    void deadLettersAreLearnedOnceTheCauseIsMended() throws Exception {
        String log = write("orders.jsonl", MONDAY + "{\"sku\":[\"a\",\"b\"],\"at\":\"2024-02-04T10:00:00Z\"}\n");
        assertThat(run("learn", log)).isZero();
        String mapping = write("mapping.yaml", "fields:\n  concepts: /sku\n  at: /at\n");
        String again = json("learn", "--again", "--config", mapping);
        assertThat(field(again, "episodes")).isEqualTo("1");
        assertThat(associations("a")).containsExactly("b 1.0");
        assertThat(field(json("learn", "--again", "--config", mapping), "records"))
                .isEqualTo("0");
        assertFails(
                "learn --again",
                "learn",
                directory.resolve(data).resolve("dead-letters.jsonl").toString());
        assertThat(run("learn", "--again", "--data", path("nothing"))).isEqualTo(1);
    }
}

package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A context of more JSON than one record may hold is forgotten from files: of its concepts traces of rounding are left at most. */
@SuppressWarnings("NullAway.Init")
final class ForgetLargeIT {

    private static final Pattern ACTIVATION = Pattern.compile("\"activation\":([^,]+),");

    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"62500, 1", "2500, 200"})
    void nothingIsLeftOfIt(int events, int concepts) throws Exception {
        List<String> log = log(events, concepts);
        Path file = Files.write(directory.resolve("big.jsonl"), log);
        Path files = directory.resolve("files");
        command(0, files, "learn", file.toString());
        assertForgets(files, events, "file:");
        assertThat(command(0, files, "associations", "item-1", "--json")).contains("\"associations\":[]");
    }

    /** Of thousands of activations that are added and taken back, the rounding of doubles may leave a trace. */
    private static void assertNothingIsActive(String concepts) {
        assertThat(concepts).startsWith("{\"concepts\":[");
        Matcher activations = ACTIVATION.matcher(concepts);
        while (activations.find()) {
            assertThat(Double.parseDouble(activations.group(1))).as(concepts).isBetween(-1e-10, 1e-10);
        }
        assertThat(concepts).doesNotContainPattern("\"degree\":[1-9]");
    }

    private void assertForgets(Path data, int events, String source) throws Exception {
        String receipt = command(0, data, "forget", "--context", "user-1", "--json");
        assertThat(receipt).contains("\"episodes\":" + events + ",", "\"applied\":true,\"left\":0,");
        assertThat(receipt.split("\"source\":\"" + source, -1)).as(receipt).hasSizeGreaterThan(2);
        assertNothingIsActive(command(0, data, "concepts", "--k", "1000", "--json"));
        assertThat(command(0, data, "status", "--json")).contains("\"counts\":{\"episodes\":0,");
        assertThat(command(0, data, "verify")).contains("the store is sound");
    }

    /** As {@code c18-forget-large.py} writes them: events of one context, 45 minutes apart. */
    private static List<String> log(int events, int concepts) {
        List<String> log = new ArrayList<>();
        for (long i = 0; i < events; i++) {
            List<String> items = new ArrayList<>();
            for (long j = 0; j < concepts; j++) {
                items.add("\"item-" + (i * 7 + j * j) % 997 + "\"");
            }
            log.add("{\"at\":" + (1_600_000_000_000L + i * 2_700_000) + ",\"context\":\"user-1\",\"concepts\":["
                    + String.join(",", items) + "]}");
        }
        return log;
    }

    private String command(int code, Path data, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString()));
        Path output = Files.createTempFile(directory, "command", ".log");
        try (JarProcess process = JarProcess.start(output, List.of("-Xmx512m"), line.toArray(new String[0]))) {
            assertThat(process.awaitExit(LONG))
                    .as("%s: %s", line, process.output())
                    .isEqualTo(code);
            return process.output();
        }
    }
}

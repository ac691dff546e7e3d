package io.synfire.engine;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Real data sets, read from where the system property {@code synfire.data} says; a test that needs an absent one is skipped. */
public final class DataSets {

    private DataSets() {}

    /** The lines of a zstd-compressed file. */
    public static List<String> lines(String file) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new ZstdInputStream(Files.newInputStream(file(file))), StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }

    /** Where a file is. */
    public static Path file(String file) {
        Path path = Path.of(System.getProperty("synfire.data", "../shared/data"), file);
        Assumptions.assumeTrue(
                Files.isReadable(path), () -> "the data set is absent, so this test is skipped: file=" + path);
        return path;
    }
}

package io.synfire.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/** The table files of a store, each looked at for itself. */
final class TableFiles {

    private TableFiles() {}

    /** Names of the tables that lie there; the store may no longer need all of them. */
    static List<String> in(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".sst"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the store's directory cannot be read: store=" + directory, e);
        }
    }

    /** Looks at these; one that a writer has deleted meanwhile is needed no more. */
    static TableCheck check(Path directory, List<String> names) {
        Map<String, String> damaged = new TreeMap<>();
        int tables = 0;
        long bytes = 0;
        for (String name : names) {
            Path file = directory.resolve(name);
            String wrong = wrongWith(file);
            long length = file.toFile().length();
            if (wrong != null && length > 0) {
                damaged.put(name, wrong);
            }
            tables += length > 0 ? 1 : 0;
            bytes += length;
        }
        return new TableCheck(tables, bytes, damaged);
    }

    /** What is wrong with a table, or null: each of its blocks is read and its checksum compared. */
    static @Nullable String wrongWith(Path file) {
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.toString());
            reader.verifyChecksum();
            return null;
        } catch (RocksDBException e) {
            return String.valueOf(e.getMessage());
        }
    }
}

package io.synfire.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.StoreImage;
import io.synfire.engine.learn.Salt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What is said where damage is met, by somebody who may hold what others wait for. */
final class StoreFailuresTest {

    private static final StoreBudget BUDGET = new StoreBudget(1 << 20, 1 << 20);

    @TempDir
    Path directory;

    @Test
    void noTableIsReadToFindTheOneThatIsDamaged() throws Exception {
        Path store = directory.resolve("data/store");
        try (RocksStore created = RocksStore.open(store, BUDGET)) {
            created.create(Map.of("half-lives", "30d"), Salt.draw());
            created.upkeep().flush();
        }
        Path table = StoreImage.largestTable(store);
        StoreImage.flip(table, Files.size(table) / 3);
        String name = String.valueOf(table.getFileName());
        assertThat(StoreUpkeep.checkTables(store).damaged()).containsOnlyKeys(name);
        StoreFailures failures = new StoreFailures(store);
        StoreException unnamed = failures.of("the store cannot be read", corruption("bad entry in block"));
        assertThat(unnamed)
                .isInstanceOfSatisfying(StoreDamagedException.class, met -> assertThat(met.file())
                        .isEmpty())
                .hasMessageContaining("synfire verify --data " + directory.resolve("data"));
        StoreException named = failures.of("the store cannot be read", corruption("checksum mismatch in " + name));
        assertThat(named)
                .isInstanceOfSatisfying(StoreDamagedException.class, met -> assertThat(met.file())
                        .hasValue(name))
                .hasMessageNotContaining("synfire verify");
        assertThat(failures.damage()).isSameAs(unnamed);
    }

    private static RocksDBException corruption(String message) {
        return new RocksDBException(message, new Status(Status.Code.Corruption, Status.SubCode.None, message));
    }
}

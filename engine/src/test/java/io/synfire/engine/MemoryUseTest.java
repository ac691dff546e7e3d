package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.MemoryUse;
import io.synfire.engine.view.ReadTime;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a memory says of what it takes: parts that add up, each moved by what it is made of and by nothing else. */
final class MemoryUseTest {

    private static final long MEMORY = 64L << 20;
    private static final int MANY = 20_000;

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void thePartsAddUpAndTheMetricsSayTheSame() throws ReflectiveOperationException {
        learn("store", "item-");
        // Opened anew: rows are in the store, and those that are read are kept.
        try (Engine engine = open("store")) {
            engine.apply(Batch.of(new Episode(2, "user", List.of(Activation.of("item-10001")), 1, "e-1")));
            engine.view().associations(engine.view().conceptOf("item-10000"), ReadTime.WATERMARK);
            MemoryUse use = engine.memoryUse();
            long sum = 0;
            for (RecordComponent part : MemoryUse.class.getRecordComponents()) {
                if (!part.getName().equals("budgetBytes")) {
                    sum += (long) part.getAccessor().invoke(use);
                }
            }
            assertThat(use.usedBytes()).isEqualTo(sum);
            assertThat(use.heapBytes() + use.offHeapBytes()).isEqualTo(sum);
            assertThat(use.budgetBytes()).isEqualTo(MEMORY);
            assertThat(use.idsBytes()).isPositive();
            assertThat(use.marginalsBytes()).isPositive();
            assertThat(use.tablesBytes()).isPositive();
            assertThat(use.rowcacheBytes()).isPositive();
            assertThat(use.rocksdbCacheBytes()).isPositive();
            assertThat(use.rocksdbMemtablesBytes()).isPositive();
            assertThat(use.checkpointBytes()).isZero();

            assertMetric("memory.budget", use.budgetBytes());
            assertMetric("memory.used", use.usedBytes());
            assertMetric("memory.heap", use.heapBytes());
            assertMetric("memory.fixed", use.idsBytes() + use.marginalsBytes() + use.heldBytes());
            assertMetric("memory.tables", use.tablesBytes());
            assertMetric("memory.held", use.heldBytes());
            assertMetric("memory.ids", use.idsBytes());
            assertMetric("memory.marginals", use.marginalsBytes());
            assertMetric("memory.rowcache", use.rowcacheBytes());
            assertMetric("memory.checkpoint", use.checkpointBytes());
            assertMetric("rocksdb.cache", use.rocksdbCacheBytes());
            assertMetric("rocksdb.memtables", use.rocksdbMemtablesBytes());
            assertMetric("rocksdb.readers", use.rocksdbReadersBytes());
        }
    }

    /** The same memory, but for how long ids are: 200 letters more each are 200 bytes more each, of ids and of nothing else. */
    @Test
    void longerIdsMoveIdsAlone() {
        MemoryUse shorter = learn("short", "item-");
        MemoryUse longer = learn("long", "item-" + "x".repeat(200));
        assertThat(longer.idsBytes() - shorter.idsBytes()).isEqualTo(200L * MANY);
        assertThat(longer.marginalsBytes()).isEqualTo(shorter.marginalsBytes());
        assertThat(longer.tablesBytes()).isEqualTo(shorter.tablesBytes());
        assertThat(longer.heldBytes()).isEqualTo(shorter.heldBytes());
        assertThat(longer.rowcacheBytes()).isEqualTo(shorter.rowcacheBytes());
    }

    /** A concept that fires alone has an id and marginals, and is in no table. */
    @Test
    void aFloodOfIdsMovesIdsAndMarginalsAlone() {
        try (Engine engine = open("store")) {
            flood(engine, "first-");
            MemoryUse before = engine.memoryUse();
            flood(engine, "other-");
            MemoryUse after = engine.memoryUse();
            // A text of 11 letters takes 56 bytes, of which the header and fields of the text are 24, those of its
            // array 16.
            assertThat(after.idsBytes() - before.idsBytes()).isBetween(56L * MANY, 200L * MANY);
            // M, O and I, each a double at one horizon, and when it last fired.
            assertThat(after.marginalsBytes() - before.marginalsBytes()).isBetween(4 * 8L * MANY, 100L * MANY);
            assertThat(after.tablesBytes()).isEqualTo(before.tablesBytes());
            assertThat(after.heldBytes()).isEqualTo(before.heldBytes());
            assertThat(after.rowcacheBytes()).isEqualTo(before.rowcacheBytes());
        }
    }

    @Test
    void aClosedEngineTellsNothing() {
        Engine engine = open("store");
        engine.close();
        assertThatThrownBy(engine::memoryUse)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the engine is closed");
    }

    /** Rows of two associations for each of many concepts, all in memory. */
    private MemoryUse learn(String store, String prefix) {
        try (Engine engine = open(store)) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                entries.add(Episode.of(1, id(prefix, i), id(prefix, (i + 1) % MANY)));
            }
            engine.apply(new Batch("", entries, List.of(), 0));
            assertThat(engine.view().counts().associations()).isEqualTo(2L * MANY);
            return engine.memoryUse();
        }
    }

    private static void flood(Engine engine, String prefix) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            entries.add(Episode.of(1, id(prefix, i)));
        }
        engine.apply(new Batch("", entries, List.of(), 0));
        engine.checkpoint();
    }

    /** All as long. */
    private static String id(String prefix, int i) {
        return prefix + (10_000 + i);
    }

    private Engine open(String store) {
        return Engine.open(directory.resolve(store), Map.of("half-lives", "none"), new EngineOptions(MEMORY), meters);
    }

    private void assertMetric(String name, long bytes) {
        assertThat(meters.get("synfire." + name + ".bytes").gauge().value())
                .as(name)
                .isEqualTo((double) bytes);
    }
}

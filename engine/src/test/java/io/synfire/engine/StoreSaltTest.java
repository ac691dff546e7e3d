package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreInspection;
import io.synfire.engine.view.Digest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store draws its salt when it is made, keeps it, and answers the same whoever chose the ids. */
final class StoreSaltTest {

    private static final StoreBudget BUDGET = new StoreBudget(1 << 20, 1 << 20);

    @TempDir
    Path directory;

    private static Engine open(Path store) {
        return Engine.open(store, Map.of(), new EngineOptions(64 << 20), new SimpleMeterRegistry());
    }

    private static Optional<List<Byte>> salt(Path store) {
        try (RocksStore opened = RocksStore.openReadOnly(store, BUDGET)) {
            return opened.salt().map(salt -> {
                List<Byte> bytes = new ArrayList<>();
                for (byte each : salt.toBytes()) {
                    bytes.add(each);
                }
                return bytes;
            });
        }
    }

    @Test
    void eachStoreDrawsASaltOfItsOwnAndKeepsItInItsCopiesToo() {
        Path one = directory.resolve("one");
        Path copy = directory.resolve("copy");
        open(one).close();
        open(directory.resolve("other")).close();
        Optional<List<Byte>> drawn = salt(one);
        assertThat(drawn).isPresent().isNotEqualTo(salt(directory.resolve("other")));
        try (Engine engine = open(one)) {
            engine.apply(Batch.of(Episode.of(1, "bread", "butter")));
            engine.linkTo(directory.resolve("links"));
            StoreImage.copy(directory.resolve("links"), copy);
        }
        assertThat(salt(one)).isEqualTo(drawn);
        try (Engine engine = open(copy)) {
            assertThat(engine.view().conceptOf("butter")).isEqualTo(1);
        }
        assertThat(salt(copy)).isEqualTo(drawn);
    }

    @Test
    void aStoreThatWasMadeWithoutASaltGetsOneWhenItIsOpenedToLearn() {
        Digest digest;
        try (Engine engine = open(directory)) {
            engine.apply(Batch.of(Episode.of(1, "bread", "butter"), Episode.of(2, "bread", "jam")));
            digest = engine.digest();
        }
        StoreInspection.removeSalt(directory);
        try (Engine reading = Engine.openReadOnly(directory, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            assertThat(reading.view().conceptOf("jam")).isEqualTo(2);
            assertThat(reading.digest()).isEqualTo(digest);
        }
        assertThat(salt(directory)).isEmpty();
        try (Engine engine = open(directory)) {
            assertThat(engine.digest()).isEqualTo(digest);
            assertThat(engine.view().conceptOf("bread")).isZero();
        }
        Optional<List<Byte>> given = salt(directory);
        assertThat(given).isPresent();
        open(directory).close();
        assertThat(salt(directory)).isEqualTo(given);
    }

    @Test
    void aSaltOfAnotherLengthIsDamage() {
        open(directory).close();
        StoreInspection.cutSalt(directory);
        assertThatThrownBy(() -> open(directory).close())
                .isInstanceOf(StoreDamagedException.class)
                .hasMessageContaining("a salt has 16 bytes: bytes=3");
    }

    /** Each of them was a search through all before it: this would take hours. */
    @Test
    void aHundredThousandIdsContextsAndEventIdsOfOneHashCodeAreLearned() {
        int count = 100_000;
        try (Engine engine = open(directory)) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String id = HostileIds.alike(i);
                entries.add(new Episode(1_000, id, List.of(Activation.of(id)), 1, id));
            }
            // Sent again: all are known.
            for (int round = 0; round < 2; round++) {
                for (int from = 0; from < count; from += 1_000) {
                    engine.apply(List.of(new Batch("p", entries.subList(from, from + 1_000), List.of(), 0)));
                }
            }
            assertThat(engine.view().counts().episodes()).isEqualTo(count);
            assertThat(engine.view().counts().duplicates()).isEqualTo(count);
            assertThat(engine.view().counts().concepts()).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                assertThat(engine.view().conceptOf(HostileIds.alike(i))).isEqualTo(i);
            }
            assertThat(engine.view().conceptOf(HostileIds.alike(count))).isEqualTo(-1);
        }
    }
}

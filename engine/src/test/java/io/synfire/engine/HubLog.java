package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.store.FaultyDisk;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.MemoryView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * A log in portions, in each of which a hub fires once with each of its targets: so its row says how often each portion was learned. And the
 * memories that learn it, in a directory, on a disk that may fail.
 */
final class HubLog {

    static final EngineOptions OPTIONS = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
    static final Map<String, String> SETTINGS = Map.of("half-lives", "none", "max-associations", "0");

    /** How many episodes a portion has, and so by how much positions move. */
    static final int PORTION = 10;

    private static final String STORE = "store";
    private static final StoreBudget BUDGET = new StoreBudget(1 << 20, 1 << 20);

    /** So many concepts fire beside the hub in each portion. */
    private static final int TARGETS = 40;

    private final Path directory;
    private final FaultyDisk disk;

    HubLog(Path directory, FaultyDisk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    /** One of which five portions were learned and stored before: the next come to rows that are in the store alone. */
    static HubLog begun(Path directory, FaultyDisk disk) {
        HubLog log = new HubLog(directory, disk);
        try (Engine engine = log.open()) {
            learn(engine, 0, 5);
        }
        return log;
    }

    /** Where its memory is. */
    Path store() {
        return directory.resolve(STORE);
    }

    Engine open() {
        return open(STORE);
    }

    Engine open(String name) {
        Path path = directory.resolve(name);
        return EngineOverStore.open(
                disk.open(path, BUDGET),
                path,
                SETTINGS,
                Long.MAX_VALUE,
                Executors.newSingleThreadExecutor(),
                System::nanoTime);
    }

    /** Learns the portions from one on and before another. */
    static void learn(Engine engine, int from, int to) {
        for (int portion = from; portion < to; portion++) {
            Episode[] episodes = new Episode[PORTION];
            int each = TARGETS / PORTION;
            for (int i = 0; i < PORTION; i++) {
                String[] concepts = new String[each + 1];
                concepts[each] = "hub";
                for (int j = 0; j < each; j++) {
                    concepts[j] = "t" + (i * each + j);
                }
                episodes[i] = Episode.of(0, concepts);
            }
            apply(engine, (portion + 1L) * PORTION, episodes);
        }
    }

    static void apply(Engine engine, long next, Episode... episodes) {
        engine.apply(new Batch("", List.of(episodes), List.of(new Position("log", "id", 0, next, 0)), 0));
    }

    /** So many portions were learned, each once. */
    static void assertHub(Engine engine, int portions) {
        MemoryView view = engine.view();
        Associations hub = view.associations(view.conceptOf("hub"), view.watermarkMs());
        assertThat(hub.size()).isEqualTo(TARGETS);
        for (int i = 0; i < TARGETS; i++) {
            assertThat(hub.strength(i, 0)).isEqualTo(portions);
        }
    }

    static void assertReadTo(Engine engine, int portions) {
        assertThat(engine.positions().get(0).nextOffset()).isEqualTo((long) portions * PORTION);
    }

    /** What a memory says that has learned so many portions and never met a fault. */
    Digest undisturbed(int portions) {
        Path own = newDirectory();
        try (Engine engine = open(own.resolve(STORE).toString())) {
            learn(engine, 0, portions);
            return engine.digest();
        }
    }

    private Path newDirectory() {
        try {
            return Files.createTempDirectory(directory, "undisturbed");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

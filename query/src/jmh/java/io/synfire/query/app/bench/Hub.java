package io.synfire.query.app.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A memory of one concept that fires with each of many others, in a store of its own. */
final class Hub implements AutoCloseable {

    static final String ID = "hub";

    private static final int EPISODES_EACH = 1_000;
    private static final long FROM_MS = 1_700_000_000_000L;

    private final Path directory;
    private final int maxAssociations;
    private Engine engine;

    /** An empty memory. */
    Hub(int maxAssociations) throws IOException {
        this.directory = Files.createTempDirectory("synfire-jmh");
        this.maxAssociations = maxAssociations;
        this.engine = open();
    }

    private Engine open() {
        return Engine.open(
                directory,
                Map.of("max-associations", "" + maxAssociations),
                EngineOptions.defaults(),
                new SimpleMeterRegistry());
    }

    Engine engine() {
        return engine;
    }

    /** Checkpoints, and opens the store again: no row is in memory then. */
    void restart() {
        engine.close();
        engine = open();
    }

    /** The hub fires with some others, once with each. */
    void learn(int from, int to) {
        for (int start = from; start < to; start += EPISODES_EACH) {
            List<Entry> episodes = new ArrayList<>();
            for (int i = start; i < Math.min(to, start + EPISODES_EACH); i++) {
                episodes.add(Episode.of(FROM_MS + i, ID, "t" + i));
            }
            engine.apply(new Batch("", episodes, List.of(), 0));
        }
    }

    @Override
    public void close() throws IOException {
        engine.close();
        Directories.delete(directory);
    }
}

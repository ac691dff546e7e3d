package io.synfire.query.app.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A memory of one concept that fires with each of many others, in a store of its own; and whether it says what it should. */
final class Hub implements AutoCloseable {

    static final String ID = "hub";

    private static final int EPISODES_EACH = 1_000;
    private static final long FROM_MS = 1_700_000_000_000L;

    /** The default half-life, 30 days. */
    private static final double HALF_LIFE_MS = 30.0 * 86_400_000;

    private static final double TOLERANCE = 1e-5;

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

    /**
     * Reads the hub's row and compares it with what was learned: each association is as strong as one that came once, by its time, and none is
     * missing but what the bound of the row cut.
     *
     * @param targets with how many others the hub fired, once with each
     */
    void requireRow(int targets) {
        MemoryView view = engine.view();
        long atMs = FROM_MS + targets - 1;
        require(view.watermarkMs() == atMs, "watermark", view.watermarkMs(), atMs);
        Associations row = view.associations(view.conceptOf(ID), atMs);
        boolean isBounded = maxAssociations > 0 && targets >= 2 * maxAssociations;
        int least = isBounded ? maxAssociations : targets;
        int most = isBounded ? 2 * maxAssociations - 1 : targets;
        require(row.size() >= least && row.size() <= most, "associations", row.size(), least + " to " + most);
        for (int i = 0; i < row.size(); i++) {
            String target = view.idOf(row.target(i));
            double ageMs = targets - 1 - Integer.parseInt(target.substring(1));
            double strength = Math.pow(0.5, ageMs / HALF_LIFE_MS);
            require(Math.abs(row.strength(i, 0) - strength) <= TOLERANCE, target, row.strength(i, 0), strength);
        }
    }

    /** A benchmark measures nothing that is wrong. */
    static void require(boolean isRight, String name, Object actual, Object expected) {
        if (!isRight) {
            throw new IllegalStateException(name + ": is " + actual + ", should be " + expected);
        }
    }

    @Override
    public void close() throws IOException {
        engine.close();
        Directories.delete(directory);
    }
}

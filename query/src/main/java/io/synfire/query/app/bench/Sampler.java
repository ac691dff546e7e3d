package io.synfire.query.app.bench;

import io.micrometer.core.instrument.Timer;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.MemoryUse;
import io.synfire.query.answer.ScenarioAnswer.Sample;
import io.synfire.query.answer.ScenarioAnswer.Used;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Looks at a memory that learns. One thread at a time. */
final class Sampler {

    private final Learner learner;
    private final BasketFeed feed;
    private final Path store;
    private final ResidentMemory resident;
    private final Timer checkpoints;
    private final Timer blocked;
    private final List<Sample> samples = new ArrayList<>();

    /** The longest that a timer tells of are forgotten after some minutes. */
    private double maxCheckpointMs;

    private double maxBlockedMs;

    Sampler(Learner learner, BasketFeed feed, Path store, ResidentMemory resident) {
        this.learner = learner;
        this.feed = feed;
        this.store = store;
        this.resident = resident;
        this.checkpoints = learner.meters().get("synfire.checkpoint").timer();
        this.blocked = learner.meters().get("synfire.apply.blocked").timer();
    }

    /** Looks once. */
    void sample(double seconds) throws IOException {
        Counts counts = learner.engine().view().counts();
        maxCheckpointMs = Math.max(maxCheckpointMs, checkpoints.max(TimeUnit.MILLISECONDS));
        maxBlockedMs = Math.max(maxBlockedMs, blocked.max(TimeUnit.MILLISECONDS));
        samples.add(new Sample(
                seconds,
                counts.episodes(),
                // What was just appended may be learned before it is acknowledged.
                Math.max(0, feed.produced().baskets() - counts.episodes()),
                counts.pairs(),
                counts.associations(),
                used(),
                ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .map(time -> time.toMillis() / 1000.0)
                        .orElse(null),
                Files.exists(store) ? Directories.bytes(store) : 0,
                checkpoints.count(),
                maxCheckpointMs,
                maxBlockedMs));
    }

    /** All looks so far. */
    List<Sample> samples() {
        return samples;
    }

    private Used used() {
        MemoryUse use = learner.engine().memoryUse();
        return new Used(
                use.heapBytes(),
                use.fixedBytes(),
                use.idsBytes() + use.marginalsBytes(),
                use.offHeapBytes(),
                resident.bytes());
    }
}

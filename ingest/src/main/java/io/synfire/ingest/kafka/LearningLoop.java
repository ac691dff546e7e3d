package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.store.StoreFullException;
import io.synfire.ingest.replay.CheckpointTimer;
import io.synfire.ingest.room.RoomWatch;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a learner does once it has its clients: poll, decode, apply, checkpoint, again, until it is stopped. On the learner's thread. */
final class LearningLoop {

    private static final Logger LOG = LoggerFactory.getLogger(LearningLoop.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long RETRY_MS = 1_000;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(2);

    /** A record beyond what is fetched at once: 8 MiB. */
    private static final int LARGE_BYTES = 8 << 20;

    private final Engine engine;
    private final Applier applier;
    private final RoomWatch room;
    private final CountDownLatch stopping;
    private final Progress progress;
    private final Clients clients;
    private final Assignment assignment;
    private final ForgetGate gate;
    private final PollDecoder decoder;
    private final KafkaConsumer<byte[], ByteBuffer> consumer;
    private final TopicWatch watch;
    private final @Nullable GroupListener group;
    private final CatchUp catchUp = new CatchUp();
    private final CheckpointTimer checkpoints;

    /**
     * What it reads with and what it writes to.
     *
     * @param consumer reads the topic; subscribed, if there is a group
     * @param rejected where records go that cannot be learned
     * @param watch says whether the cluster answers, and whether it is still the same topic
     * @param group hears what the group decides, or null if there is none
     * @param offsets tells lag tools how far it has come, or null if nobody is to be told
     */
    record Clients(
            KafkaConsumer<byte[], ByteBuffer> consumer,
            DeadLetters rejected,
            TopicWatch watch,
            @Nullable GroupListener group,
            @Nullable LagOffsets offsets) {}

    LearningLoop(
            Engine engine,
            Applier applier,
            RoomWatch room,
            Duration checkpointInterval,
            CountDownLatch stopping,
            Progress progress,
            Clients clients,
            Assignment assignment,
            ForgetGate gate,
            PollDecoder decoder) {
        this.engine = engine;
        this.applier = applier;
        this.room = room;
        this.checkpoints = new CheckpointTimer(engine, checkpointInterval);
        this.stopping = stopping;
        this.progress = progress;
        this.clients = clients;
        this.assignment = assignment;
        this.gate = gate;
        this.decoder = decoder;
        this.consumer = clients.consumer();
        this.watch = clients.watch();
        this.group = clients.group();
    }

    void run() throws InterruptedException {
        while (!isStopping()) {
            try {
                step();
            } catch (StoreFullException e) {
                // The engine learns nothing meanwhile, and writes the same checkpoint once there is room.
                room.met(e);
                pause();
            } catch (RetriableException e) {
                LOG.warn("the cluster does not answer, trying again: {}", e.getMessage());
                // Wherever it came from, what was polled and not applied is to be read again.
                var unused = settle();
                assignment.rewind();
                pause();
            }
        }
    }

    private void step() throws InterruptedException {
        if (group != null && engine.waitsForRoom().isPresent()) {
            group.stay(consumer, POLL);
            look();
            engine.startCheckpoint();
            return;
        }
        if (group == null && watch.partitions() > consumer.assignment().size()) {
            applier.await();
            assignment.assignAll(watch.partitions());
        }
        if (group != null || !consumer.assignment().isEmpty()) {
            if (!consumer.paused().isEmpty()) {
                assignment.resume();
            }
            poll();
            passGate();
        } else {
            pause();
        }
        if (checkpoints.look()) {
            report();
        }
        // Ready means that others may rely on it: what was caught up with is durable first.
        if (!progress.hasCaughtUp() && !consumer.assignment().isEmpty() && catchUp.isDone(consumer) && settle()) {
            engine.checkpoint();
            progress.catchUp();
        }
        look();
        room.look(engine);
    }

    private void look() {
        int partitions = consumer.assignment().size();
        boolean givenNothing = group != null && group.isSeated() && partitions == 0;
        progress.look(partitions, givenNothing, CatchUp.lag(consumer, applier.pending()));
    }

    private void poll() throws InterruptedException {
        try {
            ConsumerRecords<byte[], ByteBuffer> polled = consumer.poll(POLL);
            // Before anything is waited for.
            look();
            String found = watch.topicId();
            if (found != null) {
                assignment.requireSame(found);
            }
            if (polled.nextOffsets().isEmpty()) {
                // Nothing to decode meanwhile.
                var unused = settle();
            } else if (!apply(polled)) {
                var unused = settle();
                assignment.rewind();
                pause();
            }
            if (group == null && holdsLarge(polled)) {
                // The consumer keeps what it has received until it has received the next: two of them may be too much.
                applier.await();
                assignment.release();
            }
        } catch (OffsetOutOfRangeException e) {
            if (settle() && isSame(watch.ask())) {
                assignment.resume(e);
            }
            pause();
        }
    }

    /** Applies the commands for which partitions were held, once they are due. */
    private void passGate() throws InterruptedException {
        while (gate.mayOpen() && settle()) {
            Batch due = gate.next();
            if (due == null) {
                break;
            }
            applier.apply(List.of(due), 0);
            if (!settle()) {
                break;
            }
            gate.opened();
        }
        progress.held(gate.held());
    }

    /**
     * False if the cluster does not say any more whose records these are, or what was polled before was dropped: then these are to be read
     * again.
     */
    private boolean apply(ConsumerRecords<byte[], ByteBuffer> polled) throws InterruptedException {
        // Asked after they were read: if it is the same topic now, it was then.
        KafkaFuture<String> topicId = watch.ask();
        List<Batch> batches = decoder.decode(polled);
        clients.rejected().await();
        if (!isSame(topicId) || !settle()) {
            return false;
        }
        applier.apply(batches, polled.count());
        progress.read(polled.count());
        return true;
    }

    /**
     * Waits for what is being applied. A member of a group does not wait for room on the disk: what was polled is dropped then, and read again.
     * False if it was.
     */
    private boolean settle() throws InterruptedException {
        if (group == null) {
            applier.await();
        } else if (!applier.awaitWhileThereIsRoom()) {
            assignment.rewind();
            return false;
        }
        return true;
    }

    /** False if the cluster does not say now; throws if it is another topic. */
    private boolean isSame(KafkaFuture<String> topicId) throws InterruptedException {
        try {
            assignment.requireSame(topicId.get());
            return true;
        } catch (ExecutionException e) {
            watch.requireRetriable(e);
            return false;
        }
    }

    /** What is committed by now, which is at least the checkpoint before. */
    private void report() {
        LagOffsets offsets = clients.offsets();
        if (offsets != null) {
            offsets.report(engine.committedPositions(), consumer.assignment());
        }
    }

    /** What was committed last, when nothing more is learned. */
    void finish() throws InterruptedException {
        LagOffsets offsets = clients.offsets();
        if (offsets != null) {
            // A member's consumer awaits its answers when it is closed.
            offsets.finish(
                    engine.committedPositions(), consumer.assignment(), group == null ? ANSWER_MAX : Duration.ZERO);
        }
    }

    private static boolean holdsLarge(ConsumerRecords<byte[], ByteBuffer> polled) {
        return StreamSupport.stream(polled.spliterator(), false)
                .anyMatch(record -> record.serializedValueSize() > LARGE_BYTES);
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void pause() throws InterruptedException {
        var unused = stopping.await(RETRY_MS, TimeUnit.MILLISECONDS);
    }
}

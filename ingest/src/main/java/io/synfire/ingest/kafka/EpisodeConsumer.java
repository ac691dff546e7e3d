package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.synfire.engine.Engine;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.StoreException;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.RecordNotes;
import io.synfire.ingest.replay.Until;
import io.synfire.ingest.room.RoomWatch;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The learner: reads a topic into an engine, each record exactly once. One thread reads and decodes, another applies what was read before.
 *
 * <p>Positions come from the engine and go back to it with the state they produced; the group's offsets, if there is a group, are
 * committed for lag tools and never read. All partitions are assigned by hand, unless {@code group.id} is given. What cannot be
 * learned is safe in the dead-letter topic before the position passes it; if it cannot be made safe, learning stops before it.
 *
 * <p>Failures of the network and the brokers are waited out; after a while {@link #waiting()} says so. A log that does not go on where
 * the store ends, or that is another topic's, is refused, unless {@link FaultPolicy} accepts just that. Any other failure ends the
 * thread, too, and is kept in {@link #failure()}: what was learned stays readable. The other methods may be called from any thread.
 *
 * <p>In a group, each member has a store of its own, and reads what the group gives it into that, from that store's own positions. So
 * each store is right by itself; but when a partition moves, its new reader starts where its own store stands, at the beginning if it
 * never had it, and the former one keeps what it has learned: what members hold overlaps, and may not be added up.
 */
public final class EpisodeConsumer implements AutoCloseable {

    /**
     * How the learner reads.
     *
     * @param topics what it reads, and where rejected records go
     * @param checkpointInterval at most this long between two checkpoints while something is learned
     * @param decoding how records become entries
     * @param faults what to do about faults that it cannot mend by itself
     * @param offsetsGroup the group under whose name it commits its positions for lag tools, which nobody must have joined; in a group that
     *     one's. Null for none
     */
    public record Options(
            TopicNames topics,
            Duration checkpointInterval,
            Decoding decoding,
            FaultPolicy faults,
            @Nullable String offsetsGroup) {

        /**
         * With the policy for faults that holds if nothing else is said, and nothing for lag tools.
         *
         * @param topics what it reads, and where rejected records go
         * @param checkpointInterval at most this long between two checkpoints while something is learned
         * @param decoding how records become entries
         */
        public Options(TopicNames topics, Duration checkpointInterval, Decoding decoding) {
            this(topics, checkpointInterval, decoding, FaultPolicy.defaults(), null);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(EpisodeConsumer.class);
    private static final long RETRY_MS = 1_000;

    private final Engine engine;
    private final ClientProperties properties;
    private final Options options;
    private final Applier applier;
    private final RoomWatch room = new RoomWatch();
    private final MeterRegistry meters;
    private final InstantSource clock;
    private final RecordNotes notes = new RecordNotes();

    /** Of this learner; another may count in the same registry after it. */
    private final List<Meter> own = new ArrayList<>();

    private final Thread thread = new Thread(this::run, "synfire-learner");

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Progress progress;

    private volatile @Nullable Throwable failure;
    private volatile @Nullable KafkaConsumer<byte[], ByteBuffer> live;
    private volatile @Nullable TopicWatch watching;
    private volatile @Nullable String unresolved;

    /**
     * A learner, not yet started.
     *
     * @param engine what learns; this is its one writer
     * @param properties how to reach the cluster
     * @param options how to read
     * @param meters where its figures go
     */
    public EpisodeConsumer(Engine engine, ClientProperties properties, Options options, MeterRegistry meters) {
        this(engine, properties, options, BatchListener.NONE, meters);
    }

    /**
     * A learner that is heard, not yet started.
     *
     * @param engine what learns; this is its one writer
     * @param properties how to reach the cluster
     * @param options how to read
     * @param listener hears what is learned
     * @param meters where its figures go
     */
    public EpisodeConsumer(
            Engine engine, ClientProperties properties, Options options, BatchListener listener, MeterRegistry meters) {
        this(engine, properties, options, listener, meters, InstantSource.system());
    }

    /**
     * A learner that is heard, with a clock of its own, not yet started.
     *
     * @param engine what learns; this is its one writer
     * @param properties how to reach the cluster
     * @param options how to read
     * @param listener hears what is learned
     * @param meters where its figures go
     * @param clock what events are held against that the topic does not bound
     */
    public EpisodeConsumer(
            Engine engine,
            ClientProperties properties,
            Options options,
            BatchListener listener,
            MeterRegistry meters,
            InstantSource clock) {
        this.clock = clock;
        this.engine = engine;
        this.applier = new Applier(engine, listener, room);
        this.properties = properties;
        this.options = options;
        this.meters = meters;
        this.progress = new Progress(Counter.builder("synfire.records")
                .description("Records read since the start")
                .register(meters));
        own.add(Gauge.builder("synfire.lag", () -> (double) progress.lag())
                .description("Records that are in the log and not yet learned; -1 while unknown")
                .register(meters));
        own.add(Gauge.builder("synfire.partitions.held", () -> (double) progress.held())
                .description("Partitions that wait at a command to forget until the others have come to it, too")
                .register(meters));
        own.add(Gauge.builder("synfire.ready", () -> ready() ? 1 : 0)
                .description("1 while the log was caught up with once, the cluster answers and learning goes on")
                .register(meters));
        own.add(FunctionCounter.builder("synfire.fields.misnamed", notes, RecordNotes::misnamed)
                .description("Fields of records that are ignored and were probably meant to be known ones")
                .register(meters));
        own.add(FunctionCounter.builder("synfire.items.skipped", notes, RecordNotes::skipped)
                .description("Items of records that were left out since their strength is 0")
                .register(meters));
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /**
     * Whether others may rely on what it has learned: it has once caught up with where the log ended when it started, or the group has
     * given it no partition; the cluster answers, and learning has not stopped.
     *
     * @return true while that is so
     */
    public boolean ready() {
        return progress.isReady() && failure == null && waiting() == null;
    }

    /**
     * What it waits for, if the cluster has given no answer for longer than {@link FaultPolicy#lostAfter}, or has never given any. It goes on by
     * itself.
     *
     * @return what is the matter, or null
     */
    public @Nullable String waiting() {
        TopicWatch watch = watching;
        return watch == null ? unresolved : watch.lost();
    }

    /**
     * How far it is behind the log.
     *
     * @return records, -1 while unknown
     */
    public long lag() {
        return progress.lag();
    }

    /**
     * How many partitions it reads.
     *
     * @return at least 0; a member of a group may have none. -1 while it is not known
     */
    public int partitions() {
        return progress.partitions();
    }

    /**
     * Why it stopped, if not because it was closed.
     *
     * @return the failure, or null
     */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Checkpoints and stops. Idempotent. */
    @Override
    public void close() {
        stopping.countDown();
        // A poll may bring more than can be learned within the time that a process is given to stop.
        applier.stop();
        KafkaConsumer<byte[], ByteBuffer> consumer = live;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        applier.close();
        own.forEach(meters::remove);
    }

    private void run() {
        try {
            while (!hasLearned()) {
                var unused = stopping.await(RETRY_MS, TimeUnit.MILLISECONDS);
            }
        } catch (WakeupException e) {
            LOG.debug("learning stops", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error e) {
            Throwable cause = unwrapped(e);
            if (isStopping() && cause instanceof KafkaException) {
                // What was applied is checkpointed by now; only the group was not told in order.
                LOG.warn("the consumer was not closed in order: {}", e.getMessage());
                return;
            }
            failure = cause;
            if (cause instanceof IllegalStateException || cause instanceof StoreException) {
                // It says what is the matter; where it was found helps nobody.
                LOG.error("learning stopped: {}", cause.getMessage());
                LOG.debug("learning stopped", cause);
            } else {
                LOG.error("learning stopped: {}", cause.getMessage(), cause);
            }
        }
    }

    /** What goes wrong in a rebalance comes wrapped, and the wrapping does not say what it is. */
    private static Throwable unwrapped(Throwable e) {
        Throwable cause = e.getCause();
        if (e instanceof KafkaException
                && (cause instanceof IllegalStateException || cause instanceof StoreException)) {
            return cause;
        }
        return e;
    }

    /** False if no client could be made, since no server's name is known now: it is tried again. */
    private boolean hasLearned() throws InterruptedException {
        if (isStopping()) {
            return true;
        }
        try {
            learn();
            return true;
        } catch (SilentClusterException e) {
            String message = "the cluster has not answered, trying again: " + e.getMessage();
            if (!message.equals(unresolved)) {
                LOG.warn("{}", message);
            }
            unresolved = message;
        }
        return false;
    }

    private void learn() throws InterruptedException {
        Admin admin = properties.newAdmin();
        try (TopicWatch watch = new TopicWatch(
                admin, options.topics().episodes(), options.faults().lostAfter(), meters)) {
            watching = watch;
            String topicId = watch.await(stopping);
            if (topicId != null && isKept(admin)) {
                TimestampBound bound = bound(admin);
                if (bound != null) {
                    learn(topicId, admin, watch, bound);
                }
            }
        } finally {
            // By itself it would wait for what is under way, for as long as the clients do.
            admin.close(Duration.ZERO);
        }
    }

    /** Refuses a topic that keeps only the last of each key; waits for the cluster to say. False if closed meanwhile. */
    private boolean isKept(Admin admin) throws InterruptedException {
        while (!isStopping()) {
            try {
                TopicRetention.require(admin, options.topics().episodes());
                return true;
            } catch (RetriableException e) {
                LOG.warn("the cluster does not answer, trying again: {}", e.getMessage());
                var unused = stopping.await(RETRY_MS, TimeUnit.MILLISECONDS);
            }
        }
        return false;
    }

    /** How far ahead timestamps may be; waits for the cluster to say. Null if closed meanwhile. */
    private @Nullable TimestampBound bound(Admin admin) throws InterruptedException {
        while (!isStopping()) {
            try {
                TimestampBound bound = TimestampBound.of(
                        TopicRetention.describe(admin, options.topics().episodes()));
                TopicRetention.warnOfDeadLetters(admin, options.topics().deadLetters());
                return bound;
            } catch (RetriableException e) {
                LOG.warn("the cluster does not answer, trying again: {}", e.getMessage());
                var unused = stopping.await(RETRY_MS, TimeUnit.MILLISECONDS);
            }
        }
        return null;
    }

    /** The clock decides where timestamps may lie farther ahead than events may. */
    private ReaderClock readerClock(TimestampBound bound, Refusals refusals) {
        LearningSettings settings = engine.view().settings();
        bound.word(options.topics().episodes(), settings.maxAheadMs()).ifPresent(word -> LOG.info("{}", word));
        return new ReaderClock(settings, refusals, bound.isWiderThan(settings.maxAheadMs()) ? clock : null);
    }

    private void learn(String topicId, Admin admin, TopicWatch watch, TimestampBound bound)
            throws InterruptedException {
        String topic = options.topics().episodes();
        Refusals refusals =
                new Refusals(properties, options.topics().deadLetters(), topicId, engine::positions, this::isStopping);
        RecordDecoder decoder =
                new RecordDecoder(options.decoding(), engine.view().settings(), readerClock(bound, refusals), notes);
        FaultPolicy faults = options.faults();
        // Values stay where they were received: what is large is not there twice.
        try (KafkaConsumer<byte[], ByteBuffer> consumer = properties.newConsumer(
                        properties.consumer(), new ByteArrayDeserializer(), new ByteBufferDeserializer());
                KafkaClientMetrics metrics = new KafkaClientMetrics(consumer);
                DeadLetters rejected = new DeadLetters(
                        properties,
                        options.topics().deadLetters(),
                        topicId,
                        engine.storeId().orElse(""),
                        faults.deadLetterBytesMax(),
                        meters)) {
            metrics.bindTo(meters);
            live = consumer;
            Assignment assignment = new Assignment(
                    engine,
                    consumer,
                    topic,
                    topicId,
                    new Gaps(topic, faults.acceptedGaps()::contains, meters),
                    properties.hasGroup(),
                    refusals::read);
            GroupListener group = null;
            if (properties.hasGroup()) {
                group = new GroupListener(engine, applier, assignment, room, stopping);
                consumer.subscribe(List.of(topic), group);
            }
            ForgetGate gate =
                    new ForgetGate(engine, assignment, topic, new CopyEnds(watch, consumer, !properties.hasGroup()));
            LearningLoop loop = new LearningLoop(
                    engine,
                    applier,
                    room,
                    options.checkpointInterval(),
                    stopping,
                    progress,
                    new LearningLoop.Clients(consumer, rejected, watch, group, offsets(topicId, admin, consumer)),
                    assignment,
                    gate,
                    new PollDecoder(engine, decoder, Until.always(), assignment, rejected, gate));
            try {
                loop.run();
            } finally {
                live = null;
                // Not after a failure of the engine itself: it refuses, and says so.
                applier.await();
                engine.checkpoint();
                loop.finish();
            }
        }
    }

    private @Nullable LagOffsets offsets(String topicId, Admin admin, KafkaConsumer<byte[], ByteBuffer> consumer) {
        String group = options.offsetsGroup();
        if (group == null) {
            return null;
        }
        LagOffsets.Sink sink = properties.hasGroup() ? LagOffsets.as(consumer) : LagOffsets.beside(admin, group);
        return new LagOffsets(options.topics().episodes(), topicId, group, sink);
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }
}

package io.synfire.engine;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Admission;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.Retracted;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.learn.SourceTime;
import io.synfire.engine.memory.Memory;
import io.synfire.engine.memory.RoomMaker;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreFullException;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.engine.store.StoreOutline;
import io.synfire.engine.store.StoreUpkeep;
import io.synfire.engine.store.TableCheck;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.MemoryUse;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Trials;
import io.synfire.engine.view.Verification;
import io.synfire.engine.view.Verification.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One memory and its store.
 *
 * <p>Concurrency. Assumed: one thread at a time applies, checkpoints and takes the digest (a lock holds others back); any number
 * read. Guaranteed: readers see everything applied, whether or not it is checkpointed. Of a batch they see nothing before all of it is applied,
 * or all of a part, where it is too large to be held at once ({@link io.synfire.engine.view.Moment}). They wait for no batch. They wait for what
 * is done just then with the very row they read: something is added to it, or a checkpoint tidies and copies it, which is linear in the row. And
 * after a write that failed they wait until the store is open again. Learning waits for a checkpoint in the same way; for a reader's look at a
 * small row; for the beginning of its copy of a large one; and while some thousand associations are counted.
 * Checkpoints are written by a thread of the engine's own while learning goes on. After a crash the store holds the last committed
 * checkpoint: state and positions of the same moment.
 *
 * <p>If learning fails half-way, the memory is neither before nor after the batch: from then on the engine neither learns nor
 * checkpoints, and what was applied since the last checkpoint is to be read again from the source by a new one.
 */
public final class Engine implements AutoCloseable {

    /** How long learning waits at each batch while memory is tight, what it waited before that included. */
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final RocksStore store;
    private final Memory memory;
    private final Admission admission;
    private final Accounts accounts;
    private final EngineMeters meters;
    private final CheckpointRunner checkpoints;
    private final LongSupplier nanoTime;
    private final MemoryView view;
    private final boolean writable;
    private final Optional<String> storeId;
    private final ReadWriteLock lifecycle = new ReentrantReadWriteLock();
    private volatile Consumer<Trials> trialsChange = trials -> {};
    private @Nullable Throwable failure;
    private boolean abandoned;
    private volatile boolean closed;

    private Engine(
            RocksStore store,
            LearningSettings settings,
            EngineOptions options,
            MeterRegistry registry,
            Machinery machinery,
            boolean writable) {
        this.store = store;
        // One that is only read keeps none: any will do while it is open.
        Salt salt = store.salt().orElseGet(machinery.newSalt());
        this.memory = new Memory(settings, store, salt, machinery.budget());
        this.admission = new Admission(settings);
        this.accounts = new Accounts(memory, store, options);
        this.meters = new EngineMeters(registry, memory, store, accounts);
        this.checkpoints = new CheckpointRunner(memory, store, meters, machinery.checkpointThread());
        this.nanoTime = machinery.nanoTime();
        meters.store(store, () -> checkpoints.failure() instanceof StoreFullException);
        this.view = new LiveView(memory.reader(), () -> closed);
        this.writable = writable;
        this.storeId = store.id();
    }

    /**
     * Opens the store in a directory for writing; creates it if there is none.
     *
     * @param directory the store's directory
     * @param learning learning settings that were given explicitly, by key: used when the store is created, compared with the
     *     stored ones later
     * @param options what the engine may use
     * @param registry where it counts
     * @return the engine
     * @throws IllegalArgumentException if a setting cannot be read
     * @throws SettingsMismatchException if a given setting differs from the stored one
     * @throws StoreInUseException if another writer has the store open
     * @throws StoreDamagedException if something of it is damaged or missing
     * @throws StoreException if it cannot be read or has an unknown format
     * @throws java.io.UncheckedIOException if the directory cannot be made or used
     */
    public static Engine open(
            Path directory, Map<String, String> learning, EngineOptions options, MeterRegistry registry) {
        return open(directory, learning, options, registry, UUID.randomUUID().toString());
    }

    /**
     * The same, with the id that the store gets if it has none yet: that of the memory whose place it is to take, say.
     *
     * @param directory the store's directory
     * @param learning learning settings that were given explicitly, by key
     * @param options what the engine may use
     * @param registry where it counts
     * @param newId 1 to 64 letters, digits and hyphens
     * @return the engine
     * @throws IllegalArgumentException if the id holds anything else, or a setting cannot be read
     * @throws SettingsMismatchException if a given setting differs from the stored one
     * @throws StoreInUseException if another writer has the store open
     * @throws StoreDamagedException if something of it is damaged or missing
     * @throws StoreException if it cannot be read or has an unknown format
     * @throws java.io.UncheckedIOException if the directory cannot be made or used
     */
    public static Engine open(
            Path directory, Map<String, String> learning, EngineOptions options, MeterRegistry registry, String newId) {
        if (!ID.matcher(newId).matches()) {
            throw new IllegalArgumentException(
                    "a store's id must be 1 to 64 letters, digits and hyphens: characters=" + newId.length());
        }
        LearningSettings asked = LearningSettings.parse(learning);
        RocksStore store = RocksStore.open(directory, options.storeBudget());
        return over(store, directory, asked, learning, options, registry, newId, Machinery.real(options));
    }

    /** The same over a store that is open, with other machinery than the real one. The store is closed if this fails. */
    static Engine over(
            RocksStore store,
            Path directory,
            LearningSettings asked,
            Map<String, String> learning,
            EngineOptions options,
            MeterRegistry registry,
            String newId,
            Machinery machinery) {
        try {
            Optional<Map<String, String>> stored = store.settings();
            if (stored.isEmpty()) {
                store.create(asked.toMap(), machinery.newSalt().get());
                identify(store, newId);
                return new Engine(store, asked, options, registry, machinery, true);
            }
            LearningSettings settings = LearningSettings.parse(stored.get());
            Map<String, String> differences = settings.differences(learning);
            if (!differences.isEmpty()) {
                throw new SettingsMismatchException(directory, differences, learning);
            }
            identify(store, newId);
            if (store.salt().isEmpty()) {
                // It was made before stores had salts.
                store.keepSalt(machinery.newSalt().get());
            }
            return new Engine(store, settings, options, registry, machinery, true);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Its process may have ended before it had an id. */
    private static void identify(RocksStore store, String newId) {
        if (store.id().isEmpty()) {
            store.keepId(newId);
        }
    }

    /**
     * Opens an existing store to read it as of its last checkpoint, beside its writer or without one.
     *
     * @param directory the store's directory
     * @param options what the engine may use
     * @param registry where it counts
     * @return an engine that neither learns nor checkpoints
     * @throws IllegalArgumentException if there is no store in the directory
     * @throws StoreException if it cannot be read or has an unknown format
     */
    public static Engine openReadOnly(Path directory, EngineOptions options, MeterRegistry registry) {
        RocksStore store = RocksStore.openReadOnly(directory, options.storeBudget());
        try {
            Map<String, String> stored = store.settings()
                    .orElseThrow(() -> new IllegalArgumentException("there is no store here: store=" + directory));
            return new Engine(store, LearningSettings.parse(stored), options, registry, Machinery.real(options), false);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * What a store of an older format says about itself, as of its last checkpoint: enough to learn its log anew.
     *
     * @param directory the store's directory
     * @return its settings and positions, or empty if it has this format or one that is unknown
     * @throws IllegalArgumentException if there is no store in the directory
     * @throws StoreException if it cannot be read
     */
    public static Optional<StoreOutline> outline(Path directory) {
        return RocksStore.outline(directory);
    }

    /**
     * Which RocksDB keeps memories.
     *
     * @return its version, such as 11.8.1
     */
    public static String rocksDbVersion() {
        return RocksStore.rocksDbVersion();
    }

    /**
     * Whether an entry may be applied under the stored settings. Any thread.
     *
     * @param entry the entry
     * @param source the time of its source, which its episodes may lie at most {@code max-ahead} after
     * @return empty if it may; else why not
     */
    public Optional<Refusal> refusal(Entry entry, SourceTime source) {
        return admission.refusal(entry, source);
    }

    /**
     * Calls back when the memory's measures come to count something else: after the batches that made it so, on the thread that applies them.
     * Any thread may set it; there is one.
     *
     * @param listener takes what is counted from then on, and why; must not throw, nor call the engine
     */
    public void onTrialsChange(Consumer<Trials> listener) {
        trialsChange = listener;
    }

    /**
     * Applies a batch and moves the positions; see {@link #apply(List)}.
     *
     * @param batch what to apply
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public void apply(Batch batch) {
        apply(List.of(batch));
    }

    /**
     * Applies batches of several partitions and moves the positions. Readers see all of it at once, when it is applied. Where it is more than
     * may be held, about two million impulses or a 32nd of the memory, or than there is room for, they see it in parts, each of whole entries.
     * Between batches there may be a checkpoint that makes room, and within one that moves no position; where that cannot be written, the rest
     * is applied all the same. Starts a checkpoint by
     * itself when the memory budget runs short, waits for it a little where it is nearly used up, and altogether where it is; batches carry
     * their positions, so that is as right as any other moment. Costs about 0.25 µs a pair.
     *
     * @param batches what to apply; each entry must have passed {@link #refusal}
     * @throws StoreFullException if a checkpoint could not be written since the disk is full: none of these batches was applied, and all may
     *     be tried again; learning goes on once there is room
     * @throws StoreDamagedException if the store is found to be damaged: the engine learns no more
     * @throws StoreException if a checkpoint could not be written, which is tried again at the next call; {@link #positions} tell whether
     *     these batches were applied
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public synchronized void apply(List<Batch> batches) {
        requireWriting();
        long blocked = timed(checkpoints::settle) + timed(checkpoints::retry);
        boolean holdsForget = batches.stream().anyMatch(Batch::hasForget);
        if (memory.isCheckpointing() && holdsForget) {
            // A row is cut without what was forgotten: by the checkpoint that folds it as by who reads it meanwhile.
            blocked += timed(checkpoints::await);
        }
        long first = batches.isEmpty() ? 0 : pairsOf(batches.get(0));
        blocked += timed(() -> makeRoomFor(first));
        RoomWhileApplying rooms = new RoomWhileApplying(!holdsForget);
        long start = nanoTime.getAsLong();
        long appliedBefore = memory.figures().applied();
        Trials.Unit trialsBefore = memory.figures().trials().unit();
        try {
            memory.apply(batches, rooms);
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
        meters.applied(memory.figures().applied() - appliedBefore, nanoTime.getAsLong() - start - rooms.waitedNanos);
        blocked += rooms.waitedNanos;
        Trials trials = memory.figures().trials();
        if (trials.unit() != trialsBefore) {
            trialsChange.accept(trials);
        }
        long waited = blocked;
        try {
            blocked += timed(() -> keepRoom(waited));
        } catch (StoreFullException meetAgain) {
            // These batches are applied. The next call tries to write the same checkpoint before it applies anything.
        }
        meters.blocked(blocked);
    }

    /**
     * How much heap may be taken by what a log takes back, while it is learned from its beginning. Any thread.
     *
     * @return a quarter of {@link EngineOptions#memoryBytes}, at least 16 MiB
     */
    public long takenBackBytesMax() {
        return memory.takenBackBytesMax();
    }

    /**
     * Before a log is learned from its beginning: from now on a retraction takes back what this memory has learned of what it names. Another
     * memory, of other settings, had learned what it names, and this one may have learned more or less of it. Costs heap for what is named,
     * about 400 bytes for each episode, and 50 for each of its concepts, beside the texts. Where that is more than {@link #takenBackBytesMax},
     * {@link #apply} fails. It is not stored, and so is gone if the engine is closed.
     *
     * @param named what the retractions of the log name; any other retraction takes back what it names
     * @throws IllegalStateException if the engine only reads, is closed, has failed before, or has learned something of which it knows no more
     */
    public synchronized void takeBackWhatIsLearned(Retracted named) {
        requireWriting();
        if (memory.figures().watermarkMs() != 0
                || memory.figures().counts().episodes() != 0
                || !memory.figures().positions().isEmpty()) {
            throw new IllegalStateException(
                    "only a memory that has read nothing can be told what its log takes back: positions="
                            + memory.figures().positions());
        }
        memory.takeBackWhatIsLearned(named);
    }

    /**
     * The log is learned: from now on retractions take back what they name, which is what this memory has learned. The next checkpoint keeps
     * how far the sources were read ({@link MemoryView#learnedAnew}).
     *
     * @param hasLeftOut whether records were read and left out, those that happened after a moment
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public synchronized void takeBackWhatIsNamed(boolean hasLeftOut) {
        requireWriting();
        memory.takeBackWhatIsNamed(hasLeftOut);
    }

    /**
     * Whether a command would be passed over, if it came next in a partition.
     *
     * @param partition the partition's name
     * @param eventId the command's id
     * @return true if it was met there within {@code event-id-window}, or is a copy of one that was applied when others of its copies came
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public synchronized boolean knowsCommand(String partition, String eventId) {
        requireWriting();
        return memory.knowsCommand(partition, eventId);
    }

    /**
     * How much to apply at once. A poll may bring more than there is room for; what is applied in portions of this size mostly waits for a
     * checkpoint shortly and often instead of long, and shows as a whole. The budget is kept in any case, but for what one batch adds.
     *
     * @return a number of ordered pairs, at least 0, to be compared with {@link #pairsOf}; a single batch may always be applied
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public synchronized long pairsAtOnce() {
        requireWriting();
        return memory.room().pairsAtOnce();
    }

    /**
     * How much a batch brings, to be compared with {@link #pairsAtOnce}: its impulses, those included that its contexts will bring if they
     * remember as much as others did lately, and eight for each entry. Any thread; costs no look at them: a batch has counted them.
     *
     * @param batch what would be applied
     * @return a number of ordered pairs, about
     */
    public long pairsOf(Batch batch) {
        return memory.pairsOf(batch);
    }

    /**
     * How much an entry brings; see {@link #pairsOf(Batch)}. Any thread.
     *
     * @param entry what would be applied
     * @return a number of ordered pairs, about
     */
    public long pairsOf(Entry entry) {
        return memory.pairsOf(entry);
    }

    /**
     * How much a batch should bring at most: what it adds stays in memory until its end, and readers see a larger one in parts. Any thread.
     *
     * @return about two million ordered pairs, or a 32nd of the memory's worth, if that is less
     */
    public long pairsOfBatchMax() {
        return memory.pairsOfBatchMax();
    }

    /**
     * Makes room while batches are applied. What cannot be written does not stop them half-way: the next call meets it before it applies
     * anything.
     */
    private final class RoomWhileApplying implements RoomMaker {

        private final boolean mayBegin;
        private boolean hasFailed;
        private long waitedNanos;

        /** A checkpoint does not begin before a forget that is yet to be applied: that would have to wait for it. */
        RoomWhileApplying(boolean mayBegin) {
            this.mayBegin = mayBegin;
        }

        @Override
        public void betweenBatches(long pairs) {
            if (mayBegin) {
                attempt(() -> makeRoomFor(pairs));
            } else {
                withinBatch(pairs);
            }
        }

        @Override
        public void withinBatch(long pairs) {
            attempt(() -> {
                if (!memory.makeRoomFor(pairs) && memory.isCheckpointing()) {
                    checkpoints.await();
                    memory.makeRoomFor(pairs);
                }
            });
        }

        private void attempt(Runnable step) {
            if (!hasFailed) {
                try {
                    waitedNanos += timed(step);
                } catch (StoreException metAgain) {
                    hasFailed = true;
                }
            }
        }
    }

    private void makeRoomFor(long pairs) {
        // What came while one was written may be too much by itself: then the next is waited for, too.
        for (int i = 0; i < 2 && !memory.makeRoomFor(pairs); i++) {
            checkpoints.start();
            checkpoints.await();
        }
    }

    private void keepRoom(long waitedNanos) {
        long left = SLOW_NANOS - waitedNanos;
        if (memory.room().isFull() && !memory.isMakingRoom()) {
            left -= timed(checkpoints::start);
        }
        if (memory.room().isTight() && left > 0) {
            checkpoints.await(left);
        }
        for (int i = 0; i < 2 && !memory.makeRoomFor(0); i++) {
            // More than was guessed.
            checkpoints.start();
            checkpoints.await();
        }
    }

    /**
     * Starts to write all that changed, and the positions, as one atomic unit, and does not wait for it. Does nothing if nothing was
     * applied since the last, or one is under way.
     *
     * @throws StoreException if the one before could not be written; it is tried again
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public synchronized void startCheckpoint() {
        requireWriting();
        meters.blocked(timed(checkpoints::start));
    }

    /**
     * Writes all that changed, and the positions, as one atomic unit, and waits for it. Does nothing if nothing was applied since the
     * last.
     *
     * @throws StoreException if it could not be written, as far as is known; it may be tried again, and is then in the store once
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public synchronized void checkpoint() {
        requireWriting();
        timed(checkpoints::await);
        timed(checkpoints::start);
        timed(checkpoints::await);
    }

    /**
     * The same, and moves what was written into files that are safe on the disk: a power cut cannot take it back.
     *
     * @throws StoreException if it could not be written
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public synchronized void flush() {
        checkpoint();
        store.upkeep().flush();
    }

    /**
     * Where the sources stand: applied, not only checkpointed.
     *
     * @return one position per source and partition
     */
    public List<Position> positions() {
        return memory.figures().positions();
    }

    /**
     * Where the sources stand in the last checkpoint that was committed: a crash now would go on from there, or from later. Not ahead of
     * {@link #positions}, but where a source has lost records: then {@link #positions} went back to its end, and these follow with the next
     * checkpoint. Any thread.
     *
     * @return one position per source and partition
     */
    public List<Position> committedPositions() {
        return memory.committedPositions();
    }

    /**
     * What tells this store from every other: drawn when it was created, and the same in copies of it.
     *
     * @return the id, 1 to 64 letters, digits and hyphens: 36 characters unless it was given; empty for a store that was opened to read and has none yet
     */
    public Optional<String> storeId() {
        return storeId;
    }

    /**
     * Why learning waits: the disk is full, and the last checkpoint could not be written. Any thread.
     *
     * @return the failure, or empty if the last attempt was not the disk's room
     */
    public Optional<StoreFullException> waitsForRoom() {
        return checkpoints.failure() instanceof StoreFullException full ? Optional.of(full) : Optional.empty();
    }

    /**
     * The first damage of the store that anybody met, the learner or a reader: from then on nothing is learned. Any thread.
     *
     * @return the damage, or empty if none was met
     */
    public Optional<StoreDamagedException> damage() {
        return store.damage();
    }

    /**
     * How many committed checkpoints the store had lost when it was opened, by a log that ended too early; their records are read again.
     *
     * @return at least 0
     */
    public long lostCheckpoints() {
        return store.lostCheckpoints();
    }

    /**
     * For readers.
     *
     * @return the view, the same at each call
     */
    public MemoryView view() {
        return view;
    }

    /**
     * What it takes of its budget, and what of that each part takes. Any thread; costs some microseconds, and waits for nobody.
     *
     * @return bytes; of an engine that only reads, what this one takes, not what its writer does
     * @throws IllegalStateException if the engine is closed
     */
    public MemoryUse memoryUse() {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        return accounts.now();
    }

    /**
     * Reads the whole memory and sums its checksums; learning waits meanwhile, and for the checkpoint under way before that.
     *
     * @return both, over everything applied
     * @throws StoreException if that checkpoint could not be written, or a row not be read
     * @throws IllegalStateException if the engine is closed
     */
    public synchronized Digest digest() {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        timed(checkpoints::await);
        Memory.Checksums sums = memory.checksums();
        return new Digest(
                sums.learned(),
                sums.state(),
                memory.figures().counts().episodes(),
                sums.associations(),
                memory.figures().counts().concepts());
    }

    /** Releases everything without a last checkpoint, for a memory that nobody will open again. Idempotent. */
    public synchronized void abandon() {
        abandoned = true;
        close();
    }

    /**
     * Reads everything a store holds, beside its writer or without one, and looks for what is wrong with it.
     *
     * @param directory the store's directory
     * @param options what the engine may use
     * @return what was found; damage is a finding, but for the end of the write-ahead log that cannot be read: that is cut off, as after a crash, and
     *     what it held is read again from the source
     * @throws IllegalArgumentException if there is no store in the directory
     * @throws StoreException if it cannot be read for another reason, or has an unknown format
     */
    public static Verification verify(Path directory, EngineOptions options) {
        try (Engine engine = openReadOnly(directory, options, new SimpleMeterRegistry())) {
            return engine.memory.verification(engine.store.upkeep().checkTables());
        } catch (StoreDamagedException e) {
            TableCheck tables = StoreUpkeep.checkTables(directory);
            List<Finding> findings = new ArrayList<>();
            findings.add(new Finding(e.file().orElse("store"), String.valueOf(e.getMessage())));
            tables.damaged().forEach((name, what) -> findings.add(new Finding(name, what)));
            return new Verification(tables.tables(), tables.bytes(), 0, 0, 0, 0, null, findings);
        }
    }

    /**
     * Checkpoints, and makes a second name for each file of the store as it is then: what a backup copies while learning goes on. Learning
     * waits meanwhile, mostly for the checkpoint.
     *
     * @param target a directory beside the store's, not there yet; of no use for longer than it takes to copy it, since it shares tables with
     *     the store
     * @throws StoreException if it cannot be written
     * @throws IllegalStateException if the engine only reads, is closed, or has failed before
     */
    public synchronized void linkTo(Path target) {
        checkpoint();
        store.upkeep().linkTo(target);
    }

    /**
     * Reads all tables of the store beside who uses it, and compares their checksums. Damage is as if a read had met it: from then on nothing
     * is learned. Any thread; takes as long as reading them does.
     *
     * @throws StoreDamagedException if a table is damaged
     * @throws IllegalStateException if the engine is closed
     */
    public void requireUndamaged() {
        // As readers do: it must not be closed meanwhile, and learning goes on.
        lifecycle.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the engine is closed");
            }
            store.upkeep().requireSoundTables();
        } finally {
            lifecycle.readLock().unlock();
        }
    }

    /**
     * Checkpoints, if this engine writes, has not failed and has met no damage, and releases everything. Idempotent.
     *
     * @throws StoreException if the last checkpoint could not be written; everything is released all the same
     * @throws IllegalStateException if the thread is interrupted while it waits for a checkpoint; the same
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        try {
            if (writable && failure == null && !abandoned && store.damage().isEmpty()) {
                checkpoint();
                store.upkeep().flush();
            }
        } finally {
            checkpoints.close();
            lifecycle.writeLock().lock();
            try {
                closed = true;
                meters.close();
                store.close();
            } finally {
                lifecycle.writeLock().unlock();
            }
        }
    }

    /** Takes a step of a checkpoint; returns its time. A failure of the disk may pass, any other means that what is there is not right. */
    private long timed(Runnable step) {
        long start = nanoTime.getAsLong();
        try {
            step.run();
        } catch (StoreDamagedException e) {
            failure = e;
            throw e;
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
        return nanoTime.getAsLong() - start;
    }

    private void requireWriting() {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        if (!writable) {
            throw new IllegalStateException("the engine was opened to read");
        }
        // Whoever met it, a reader or the learner: nothing is written on top of damage.
        if (store.damage().isPresent()) {
            throw store.damage().get().again();
        }
        if (failure != null) {
            throw new IllegalStateException("the engine stopped learning at a failure: open it anew", failure);
        }
    }
}

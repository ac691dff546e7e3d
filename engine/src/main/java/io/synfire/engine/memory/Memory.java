package io.synfire.engine.memory;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.PassedOver.Why;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.LearningSettings.Normalization;
import io.synfire.engine.learn.Retracted;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.TableCheck;
import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.Trials;
import io.synfire.engine.view.Verification;
import io.synfire.engine.view.Verification.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that was learned and not forgotten: applies entries, begins and ends checkpoints, answers readers.
 *
 * <p>{@link #apply}, {@link #begin} and {@link #end} come from one thread at a time, the writer's; between the two latter a {@link Checkpoint}
 * is written by another. The methods that read may come from any.
 */
public final class Memory {

    /** A position and its entry in a map, with the text of its key. */
    private static final int POSITION_BYTES = 250;

    private final LearningSettings settings;
    private final RocksStore store;
    private final List<ForwardDecay> decays;
    private final Salt salt;
    private final ConceptDictionary dictionary;
    private final Marginals marginals;
    private final Adjacencies adjacencies;
    private final Moments moments = new Moments();
    private final RowCache cache;
    private final Learning learning;
    private final Room room;
    private final MemoryBudget budget;
    private final Map<String, Position> positions = new LinkedHashMap<>();

    /** What these take. */
    private long positionBytes;

    private final Stretches stretches;
    private final PassedOvers passedOvers;

    private long moment;
    private long deadLetters;
    private long sourceMs;
    private long checkpoint;
    private boolean changed;
    private boolean isEvicting;
    private volatile @Nullable Checkpoint underWay;
    /** Where the sources stood when the one under way began. */
    private List<Position> beginning;

    private volatile List<Position> committed;

    /** How far the sources had been read when the memory became live. */
    private volatile LearnedAnew learnedAnew;

    private LearnedAnew storedAnew;
    /** What the checkpoint under way stores of it. */
    private LearnedAnew beginningAnew;

    private final MemoryReader reader;

    private final Growth growth;

    /**
     * The memory as of a store's last checkpoint.
     *
     * @param settings the settings the store was created with
     * @param store where it is kept
     * @param salt by which ids are hashed: the store's
     * @param budget what it may use
     */
    public Memory(LearningSettings settings, RocksStore store, Salt salt, MemoryBudget budget) {
        this.settings = settings;
        this.store = store;
        this.salt = salt;
        this.budget = budget;
        this.dictionary = new ConceptDictionary(salt, new Fading(settings), store.forgets());
        this.decays = settings.halfLives().stream().map(ForwardDecay::new).toList();
        int horizons = settings.horizonCount();
        CheckpointRecord last = store.lastCheckpoint(horizons).orElseGet(() -> CheckpointRecord.none(horizons));
        this.deadLetters = last.deadLetters();
        this.sourceMs = last.sourceMs();
        this.checkpoint = last.number();
        this.beginning = last.positions();
        this.committed = last.positions();
        this.learnedAnew = store.learnedAnew();
        this.storedAnew = learnedAnew;
        this.beginningAnew = learnedAnew;
        last.positions().forEach(this::moveTo);
        this.stretches = new Stretches(store);
        this.passedOvers = new PassedOvers(store, last.number() == 0 ? List.of() : last.positions());
        ConceptSet gone = dictionary.load(store);
        this.marginals = new Marginals(decays, last);
        marginals.load(store, dictionary.count(), gone);
        CueTables tables = new CueTables();
        ConceptHash hash = ConceptHash.of(salt);
        this.cache = new RowCache(hash, budget.rowCacheBytesMax());
        this.adjacencies = new Adjacencies(
                store, settings, hash, dictionary, tables, cache, decays, last.landmarks(), last.associations());
        adjacencies.loaded(dictionary.count(), checkpoint);
        ImpulseBuffer impulses =
                new ImpulseBuffer(horizons, budget.heldMax(), new Scale(last.landmarks(), decays, last.watermarkMs()));
        this.learning =
                new Learning(settings, last, decays, dictionary, marginals, adjacencies, store, salt, impulses, budget);
        this.room = new Room(budget, this::bytes, this::fixedBytes, this::pendingBytes);
        this.growth = new Growth(learning, room, this::bytes, settings.maxSteps());
        publish(true);
        RowReads rows =
                new RowReads(tables, store, hash, new Tidying(settings), decays, impulses, moments, cache, dictionary);
        this.reader =
                new MemoryReader(settings, dictionary, hash, moments, rows, stretches, passedOvers, () -> learnedAnew);
    }

    /**
     * Applies batches, each in log order, and moves the positions. Readers see nothing of it until all of it is applied: that is the next moment.
     * Where it is more than may be held at once, there are several, between entries.
     *
     * @param batches admitted entries
     */
    public void apply(List<Batch> batches) {
        apply(batches, RoomMaker.NONE);
    }

    /**
     * The same, with somebody who makes room where the next batch, or the next impulses of a large one, would go beyond the budget.
     *
     * @param batches admitted entries
     * @param maker is asked for room
     */
    public void apply(List<Batch> batches, RoomMaker maker) {
        if (isMakingRoom()) {
            evict();
        }
        growth.restart();
        boolean isFirst = true;
        for (Batch batch : batches) {
            if (!isFirst && !room.isEnoughFor(learning.held() + pairsOf(batch))) {
                publishAndDrain();
                maker.betweenBatches(pairsOf(batch));
                growth.restart();
            }
            isFirst = false;
            learning.apply(batch, new Pausing(batch.isDivisible(), maker));
            batch.positions().forEach(this::goTo);
            deadLetters += batch.deadLetters();
            changed |= batch.sourceMs() > sourceMs || !batch.passedOver().isEmpty();
            sourceMs = Math.max(sourceMs, batch.sourceMs());
            if (batch.stretch() != null) {
                stretches.add(batch.stretch(), positions.values());
                changed = true;
            }
            passedOvers.add(batch.passedOver());
            changed |= !batch.entries().isEmpty() || !batch.positions().isEmpty() || batch.deadLetters() > 0;
        }
        publishAndDrain();
    }

    /**
     * How much a batch brings: its impulses, with what its contexts remember as it was lately, and for each entry as much as some pairs take,
     * for what is kept of it besides. Any thread.
     *
     * @param batch what would be applied
     * @return a number of ordered pairs, about
     */
    public long pairsOf(Batch batch) {
        return growth.pairsOf(batch);
    }

    /**
     * The same of an entry. Any thread.
     *
     * @param entry what would be applied
     * @return a number of ordered pairs, about
     */
    public long pairsOf(Entry entry) {
        return growth.pairsOf(entry);
    }

    /**
     * From how many ordered pairs on a batch is applied in parts. Any thread.
     *
     * @return at least 1
     */
    public long pairsOfBatchMax() {
        return budget.heldMax();
    }

    /** Publishes what is held of a batch, and has room made for as much. */
    private final class Pausing implements Learning.Pauses {
        private final boolean isDivisible;
        private final RoomMaker maker;

        Pausing(boolean isDivisible, RoomMaker maker) {
            this.isDivisible = isDivisible;
            this.maker = maker;
        }

        @Override
        public void betweenEntries() {
            pause(isDivisible);
        }

        @Override
        public void withinEntry() {
            pause(false);
        }

        private void pause(boolean mayBegin) {
            publishAndDrain();
            changed = true;
            if (mayBegin) {
                maker.betweenBatches(budget.heldMax());
            } else {
                maker.withinBatch(budget.heldMax());
            }
            growth.restart();
        }
    }

    private void publishAndDrain() {
        learning.drain(publish(false));
        growth.look();
        // What it took, and how many associations there are, is known only now.
        republish();
    }

    /** The same moment: nothing was learned, but where it lies and what it takes has changed. */
    private void republish() {
        moments.publish(moments.latest().in(adjacencies.epoch(), snapshot()));
    }

    private LearnedMoment publish(boolean isDrained) {
        moment++;
        LearnedMoment next = new LearnedMoment(
                moment,
                adjacencies.epoch(),
                decays,
                snapshot(),
                marginals.publish(),
                dictionary.retired(),
                dictionary.since(),
                isDrained);
        moments.publish(next);
        dictionary.published();
        return next;
    }

    /**
     * From now on it is told what the log takes back that it learns from its beginning, and takes back what it has learned of that. Kept on
     * the heap until {@link #takeBackWhatIsNamed(boolean)}, or until it is closed.
     *
     * @param named what retractions of the log name; of others it takes back what they name
     */
    public void takeBackWhatIsLearned(Retracted named) {
        learning.keep(new Ledger(named, salt, budget.bytesMax()));
    }

    /**
     * How much heap may be taken by what the log takes back.
     *
     * @return bytes
     */
    public long takenBackBytesMax() {
        return Ledger.bytesMax(budget.bytesMax());
    }

    /**
     * From now on retractions take back what they name, as those of a memory do that is live. How far the sources were read is kept.
     *
     * @param hasLeftOut whether records were read and left out
     */
    public void takeBackWhatIsNamed(boolean hasLeftOut) {
        learning.keep(null);
        learnedAnew = new LearnedAnew(List.copyOf(positions.values()), hasLeftOut);
        changed = true;
    }

    /**
     * Whether a command would be passed over, if it came next in a partition.
     *
     * @param partition the partition's name
     * @param eventId the command's id
     * @return true if it was met there within the window of ids, or is a copy of one that was applied
     */
    public boolean knowsCommand(String partition, String eventId) {
        return learning.knowsCommand(partition, eventId);
    }

    /**
     * How much room the budget leaves.
     *
     * @return the same at each call
     */
    public Room room() {
        return room;
    }

    /**
     * Begins a checkpoint: what was changed so far is what it will write. Looks at no table and at no marginal; the latter are copied when they
     * next change.
     *
     * @return the checkpoint, or null if nothing changed since the last
     * @throws IllegalStateException if one is under way
     */
    public @Nullable Checkpoint begin() {
        if (underWay != null) {
            throw new IllegalStateException("one checkpoint at a time: under way=" + checkpoint);
        }
        if (!changed) {
            return null;
        }
        long number = checkpoint + 1;
        List<Part> parts = new ArrayList<>();
        parts.add(dictionary.freeze(learning.watermarkMs(), learning.windowsMs()));
        parts.add(marginals.freeze(dictionary.retired()));
        parts.addAll(learning.freeze());
        parts.add(stretches.freeze());
        parts.add(passedOvers.freeze());
        LearnedAnew anew = learnedAnew;
        if (!anew.equals(storedAnew)) {
            parts.add(writer -> writer.learnedAnew(anew));
        }
        beginningAnew = anew;
        RowStaging rows = adjacencies.freeze(learning.watermarkMs(), room.tableBytesMax(), budget.batchBytesMax());
        beginning = List.copyOf(positions.values());
        CheckpointRecord record = new CheckpointRecord(
                number,
                learning.watermarkMs(),
                learning.landmarks(),
                marginals.totals(),
                marginals.episodes().count(),
                marginals.episodes().checksum(),
                marginals.activations(),
                learning.pairs(),
                adjacencies.associations(),
                deadLetters,
                learning.duplicates(),
                learning.isContextual(),
                learning.notPlain(),
                learning.learned(),
                beginning,
                learning.clocks(),
                learning.copiesAhead(),
                sourceMs);
        Checkpoint begun = new Checkpoint(
                store.beginCheckpoint(), parts, rows, grown -> record.withAssociations(record.associations() + grown));
        checkpoint = number;
        changed = false;
        underWay = begun;
        republish();
        return begun;
    }

    /**
     * Ends a checkpoint that was written.
     *
     * @param written the one that {@link #begin} gave
     */
    public void end(Checkpoint written) {
        if (underWay != written) {
            throw new IllegalStateException("only the checkpoint under way can end: number=" + checkpoint);
        }
        underWay = null;
        committed = beginning;
        room.written();
        dictionary.committed();
        learning.committed(room.windowBytesMax());
        stretches.committed();
        passedOvers.committed();
        storedAnew = beginningAnew;
        adjacencies.committed(written.rows());
        room.made();
        evict();
        republish();
    }

    /**
     * Whether what the last checkpoint wrote is still leaving memory: each batch takes out some of it, so that none waits for all of it.
     *
     * @return true if there may be more that can leave, and no checkpoint is under way
     */
    public boolean isMakingRoom() {
        return underWay == null && isEvicting;
    }

    /**
     * Takes out what the last checkpoint wrote, until so much may be learned without going beyond the budget, or nothing is left that can
     * leave.
     *
     * @param pairs how many ordered pairs
     * @return whether there is room for them
     */
    public boolean makeRoomFor(long pairs) {
        while (!room.isEnoughFor(pairs) && isMakingRoom()) {
            evict();
        }
        return room.isEnoughFor(pairs);
    }

    private void evict() {
        long before = adjacencies.bytes();
        isEvicting = adjacencies.evict(room.tableBytesMax());
        room.left(before - adjacencies.bytes());
    }

    /**
     * Whether a checkpoint is under way.
     *
     * @return true between {@link #begin} and {@link #end}
     */
    public boolean isCheckpointing() {
        return underWay != null;
    }

    /**
     * Writes all that changed as one atomic unit, and waits for it; nothing if nothing changed.
     *
     * @return the bytes handed to the store
     */
    public long checkpoint() {
        Checkpoint begun = begin();
        if (begun == null) {
            return 0;
        }
        long bytes = begun.write();
        end(begun);
        return bytes;
    }

    /**
     * Both checksums, over everything. Reads every row. Writer only while no checkpoint is under way, or with no writer.
     *
     * @return {@code learned}, {@code state}, and how many associations have not faded
     */
    public Checksums checksums() {
        StateDigest digest = new StateDigest(decays, learning.watermarkMs());
        digest.notPlain(learning.notPlain());
        marginals.addTo(digest, dictionary);
        for (int concept = 0; concept < dictionary.count(); concept++) {
            if (marginals.isKnown(concept)) {
                digest.cue(dictionary.hash(concept));
                adjacencies.sums(concept, (target, horizon, sum, landmark) -> {
                    if (marginals.isKnown(target)) {
                        digest.association(target, dictionary.hash(target), horizon, sum, landmark);
                    }
                });
            }
        }
        return new Checksums(learning.learned(), digest.state(), digest.associations());
    }

    /**
     * Reads the whole store and holds it to what is always so.
     *
     * @param tables what came of comparing the checksums of its tables
     * @return what was found
     */
    public Verification verification(TableCheck tables) {
        List<Finding> findings = new ArrayList<>();
        tables.damaged().forEach((name, what) -> findings.add(new Finding(name, what)));
        CheckpointRecord record =
                store.lastCheckpoint(decays.size()).orElseGet(() -> CheckpointRecord.none(decays.size()));
        StoreAudit audit = new StoreAudit(store, settings, dictionary, record).run();
        findings.addAll(audit.findings());
        Digest digest = null;
        if (store.damage().isEmpty()) {
            Checksums sums = checksums();
            digest =
                    new Digest(sums.learned(), sums.state(), record.episodes(), sums.associations(), marginals.known());
        }
        return new Verification(
                tables.tables(),
                tables.bytes(),
                dictionary.count(),
                audit.rows(),
                audit.associations(),
                record.number(),
                digest,
                findings);
    }

    /**
     * What {@link #checksums} found.
     *
     * @param learned the digest of what was learned
     * @param state the checksum of the values as stored
     * @param associations directed edges that have not faded
     */
    public record Checksums(long learned, long state, long associations) {}

    /**
     * What readers see of it. Any thread.
     *
     * @return the same at each call
     */
    public MemoryReader reader() {
        return reader;
    }

    /**
     * How it stands, as of the last batch that was applied and counted. Any thread.
     *
     * @return its figures
     */
    public MemoryFigures figures() {
        return moments.counted().figures();
    }

    /**
     * Where the sources stand in the last checkpoint that was committed. Any thread.
     *
     * @return one position per source and partition
     */
    public List<Position> committedPositions() {
        return committed;
    }

    /** The same; a log that has lost what was read goes on with other records under the same offsets. */
    private void goTo(Position position) {
        Position before = positions.get(position.key());
        if (before != null
                && position.content().isEmpty()
                && !position.sourceId().isEmpty()
                && before.sourceId().equals(position.sourceId())
                && before.nextOffset() > position.nextOffset()) {
            passedOvers.add(List.of(new PassedOver(
                    position.sourceId(),
                    position.partition(),
                    position.nextOffset(),
                    before.nextOffset(),
                    Why.LOST,
                    -1)));
        }
        moveTo(position);
    }

    private void moveTo(Position position) {
        if (positions.put(position.key(), position) == null) {
            positionBytes += POSITION_BYTES + HeapBytes.of(position.source()) + HeapBytes.of(position.sourceId());
        }
    }

    private long fixedBytes() {
        return idBytes() + marginals.bytes() + learning.bufferBytes() + positionBytes;
    }

    /** Ids, and the places of their concepts wherever there is one for each. */
    private long idBytes() {
        return dictionary.bytes() + adjacencies.placeBytes() + learning.placeBytes();
    }

    /** What the next checkpoint will write, about. */
    private long pendingBytes() {
        return adjacencies.pendingBytes()
                + learning.pendingBytes()
                + dictionary.pendingBytes()
                + dictionary.unsaved() * Marginals.storedBytes(decays.size());
    }

    private long bytes() {
        return adjacencies.bytes() + learning.windowBytes() + stretches.bytes() + passedOvers.bytes() + fixedBytes();
    }

    /**
     * What the checkpoint that is gathered or written takes off the heap. Any thread.
     *
     * @return bytes, 0 if none is under way
     */
    public long checkpointBytes() {
        Checkpoint now = underWay;
        return now == null ? 0 : now.bytes();
    }

    /**
     * What is kept for readers on the heap: rows of the store that they have read, and the strongest of large tables. Any thread.
     *
     * @return bytes; a 16th of the budget at most
     */
    public long rowCacheBytes() {
        return cache.bytes();
    }

    /**
     * How often a reader found a row of the store among those that are kept. Any thread.
     *
     * @return at least 0
     */
    public long rowCacheHits() {
        return cache.hits();
    }

    /**
     * How often a reader had to read a row from the store. Any thread.
     *
     * @return at least 0
     */
    public long rowCacheMisses() {
        return cache.misses();
    }

    private Trials trials() {
        CheckpointRecord.NotPlain notPlain = learning.notPlain();
        return new Trials(
                settings.normalization() != Normalization.NONE,
                notPlain.strengths(),
                notPlain.rewards(),
                notPlain.betweenEpisodes());
    }

    private MemoryFigures snapshot() {
        return new MemoryFigures(
                learning.watermarkMs(),
                sourceMs,
                new Counts(
                        learning.episodes(),
                        learning.pairs(),
                        marginals.known(),
                        Math.min(adjacencies.associations(), (long) marginals.known() * marginals.known()),
                        deadLetters,
                        learning.duplicates(),
                        learning.isContextual()),
                trials(),
                List.copyOf(positions.values()),
                bytes(),
                fixedBytes(),
                idBytes(),
                marginals.bytes(),
                adjacencies.cuts(),
                adjacencies.prunes(),
                learning.applied(),
                learning.fired(),
                learning.retracted(),
                learning.repeated(),
                learning.waitingCount());
    }
}

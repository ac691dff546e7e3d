package io.synfire.engine.store;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.ContextWindow;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * One checkpoint: everything that changed, gathered, then written as one batch that is there after a crash or is not. The
 * write-ahead log is not forced to the disk: a power loss costs a suffix of checkpoints, which is read again from the source.
 * One thread at a time.
 */
public final class CheckpointWriter implements AutoCloseable {

    /** Address space, not memory: a batch that grows by doubling would hold itself twice while it is copied. */
    private static final int RESERVED_BYTES = 64 << 20;

    private final RocksStore store;
    private final WriteBatch batch = new WriteBatch(RESERVED_BYTES);

    /** How large the batch is: here, since it may not be asked once it is closed. */
    private volatile long bytes;

    /** Whether it has its record, with which it ends. */
    private boolean isComplete;

    CheckpointWriter(RocksStore store) {
        this.store = store;
    }

    /**
     * Adds a concept of the dictionary.
     *
     * @param concept its int
     * @param id its id
     * @param origin since when it is there
     */
    public void concept(int concept, String id, Origin origin) {
        put(ColumnFamily.CONCEPTS, Keys.key(concept), ConceptBytes.of(Keys.utf8(id), origin));
    }

    /**
     * Says how many ints were given to concepts.
     *
     * @param count one more than the last
     */
    public void conceptCount(int count) {
        ByteSink sink = new ByteSink(8);
        sink.varint(count);
        put(ColumnFamily.CONCEPTS, ForgetKeys.count(), sink.toBytes());
    }

    /**
     * Adds a marginal.
     *
     * @param concept the concept's int
     * @param marginal its activation mass
     */
    public void marginal(int concept, StoredMarginal marginal) {
        put(ColumnFamily.MARGINALS, Keys.key(concept), marginal.toBytes());
    }

    /**
     * Adds a row: in the place of what is stored of the cue if it is whole, else behind it.
     *
     * @param cue the cue's int
     * @param row its associations, those that changed, or what is added to them
     * @return the bytes that are stored of it
     */
    public int row(int cue, Row row) {
        byte[] bytes = row.toBytes();
        if (row.header().kind() == Row.Kind.WHOLE) {
            put(ColumnFamily.ROWS, Keys.key(cue), bytes);
        } else {
            gather(ColumnFamily.ROWS, rows -> batch.merge(rows, Keys.key(cue), bytes));
        }
        return bytes.length;
    }

    /**
     * Takes a marginal away.
     *
     * @param concept the concept's int
     */
    public void removeMarginal(int concept) {
        delete(ColumnFamily.MARGINALS, Keys.key(concept));
    }

    /**
     * Puts what is left of a concept that was forgotten in the place of its id, where it is found by its int, by its hash if it is the latest
     * of that, and by its watermark.
     *
     * @param hash hash of the id it had
     * @param retirement which int it had, and the watermark when it was forgotten
     */
    public void retired(long hash, Retirement retirement) {
        int concept = retirement.concept();
        put(ColumnFamily.CONCEPTS, Keys.key(concept), RetiredBytes.of(hash, retirement.watermarkMs()));
        ByteSink latest = new ByteSink(16);
        latest.varint(concept);
        latest.varint(retirement.watermarkMs());
        put(ColumnFamily.CONCEPTS, ForgetKeys.latest(hash), latest.toBytes());
        ByteSink sink = new ByteSink(16);
        sink.i8(hash);
        put(ColumnFamily.CONCEPTS, ForgetKeys.byWatermark(retirement), sink.toBytes());
    }

    /**
     * Says when anything was forgotten last. It stays when what is left of that is taken away.
     *
     * @param watermarkMs the latest watermark at which anything was forgotten, milliseconds since the epoch
     */
    public void latestForget(long watermarkMs) {
        ByteSink sink = new ByteSink(10);
        sink.varint(watermarkMs);
        put(ColumnFamily.CONCEPTS, ForgetKeys.latestMs(), sink.toBytes());
    }

    /**
     * Leaves nothing of a concept that was forgotten.
     *
     * @param hash hash of the id it had
     * @param retirement which int it had, and the watermark when it was forgotten
     * @param isLatest whether its id was not forgotten again since
     */
    public void removeRetired(long hash, Retirement retirement, boolean isLatest) {
        delete(ColumnFamily.CONCEPTS, Keys.key(retirement.concept()));
        delete(ColumnFamily.CONCEPTS, ForgetKeys.byWatermark(retirement));
        if (isLatest) {
            delete(ColumnFamily.CONCEPTS, ForgetKeys.latest(hash));
        }
    }

    /**
     * Adds an episode that came late, after a concept that it names was forgotten.
     *
     * @param retired the int that the concept had
     * @param episode hash of the episode
     * @param count how often
     */
    public void lateEpisode(int retired, long episode, LateCount count) {
        put(ColumnFamily.LATE_EPISODES, Keys.key(retired, episode), count.toBytes());
    }

    /**
     * Takes away an episode that came late.
     *
     * @param retired the int that the concept had
     * @param episode hash of the episode
     */
    public void removeLateEpisode(int retired, long episode) {
        delete(ColumnFamily.LATE_EPISODES, Keys.key(retired, episode));
    }

    /**
     * Takes a row away.
     *
     * @param cue the cue's int
     */
    public void removeRow(int cue) {
        delete(ColumnFamily.ROWS, Keys.key(cue));
    }

    /**
     * Adds a context's window.
     *
     * @param key where it is written
     * @param window what it remembers
     * @param forgotten what of that was forgotten
     */
    public void window(PeriodKey key, ContextWindow window, ForgottenHashes forgotten) {
        put(ColumnFamily.CONTEXTS, key.toBytes(), WindowBytes.of(window, forgotten));
    }

    /**
     * Takes a context's window away.
     *
     * @param key where it may be
     */
    public void removeWindow(PeriodKey key) {
        delete(ColumnFamily.CONTEXTS, key.toBytes());
    }

    /**
     * Adds an event id.
     *
     * @param key where it is written
     * @param clockMs its partition's clock when it was seen
     */
    public void eventId(PeriodKey key, long clockMs) {
        ByteSink sink = new ByteSink(8);
        sink.varint(clockMs);
        put(ColumnFamily.EVENT_IDS, key.toBytes(), sink.toBytes());
    }

    /**
     * Takes an event id away.
     *
     * @param key where it may be
     */
    public void removeEventId(PeriodKey key) {
        delete(ColumnFamily.EVENT_IDS, key.toBytes());
    }

    /**
     * Lets windows expire.
     *
     * @param partition index of their partition
     * @param from those of this period on
     * @param before and of earlier periods than this
     */
    public void expireWindows(int partition, long from, long before) {
        deleteRange(ColumnFamily.CONTEXTS, PeriodKey.first(partition, from), PeriodKey.first(partition, before));
    }

    /**
     * Lets event ids expire.
     *
     * @param partition index of their partition
     * @param from those of this period on
     * @param before and of earlier periods than this
     */
    public void expireEventIds(int partition, long from, long before) {
        deleteRange(ColumnFamily.EVENT_IDS, PeriodKey.first(partition, from), PeriodKey.first(partition, before));
    }

    /**
     * Adds a retraction that waits.
     *
     * @param retraction what waits
     */
    public void retraction(StoredRetraction retraction) {
        put(ColumnFamily.RETRACTIONS, retraction.key(), retraction.bytes());
    }

    /**
     * Takes retractions away that wait no more.
     *
     * @param fromMs those that waited for this time or a later one
     * @param beforeMs and for an earlier one than this
     */
    public void removeRetractions(long fromMs, long beforeMs) {
        deleteRange(ColumnFamily.RETRACTIONS, RetractionKeys.from(fromMs), RetractionKeys.from(beforeMs));
    }

    /** Takes away all retractions that an earlier version stored. */
    public void removeOldRetractions() {
        deleteRange(ColumnFamily.RETRACTIONS, RetractionKeys.firstOld(), RetractionKeys.from(0));
    }

    /**
     * Says how many retractions wait.
     *
     * @param count how many, and the number of the next
     */
    public void retractionCount(RetractionCount count) {
        put(ColumnFamily.RETRACTIONS, RetractionKeys.count(), count.toBytes());
    }

    /**
     * Adds a stretch behind those that are stored.
     *
     * @param number its number
     * @param stretch what was read
     */
    public void stretch(long number, Stretch stretch) {
        put(ColumnFamily.STRETCHES, Keys.key(number), StretchBytes.of(stretch));
    }

    /**
     * Adds what was passed over behind what is stored of it.
     *
     * @param number its number
     * @param records what nothing was learned of
     */
    public void passedOver(long number, List<PassedOver> records) {
        put(ColumnFamily.DEFAULT, PassedOverBytes.key(number), PassedOverBytes.of(records));
    }

    /**
     * Says since when is kept what was passed over.
     *
     * @param positions how far the sources had been read then
     */
    public void passedOverSince(List<Position> positions) {
        put(ColumnFamily.DEFAULT, PassedOverBytes.SINCE_KEY, PositionBytes.of(positions));
    }

    /**
     * Says how far the log was learned anew.
     *
     * @param anew how far the sources had been read, and whether something was left out
     */
    public void learnedAnew(LearnedAnew anew) {
        put(ColumnFamily.DEFAULT, LearnedAnewBytes.KEY, LearnedAnewBytes.of(anew));
    }

    /**
     * How much is gathered: what it takes off the heap. Any thread.
     *
     * @return bytes, 0 once it is closed
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Writes all of it, with its record, as one. May be called again with the same record if it failed: a failed write may have reached the
     * disk, so the store is opened anew first, and nothing is written that is there.
     *
     * @param record what the checkpoint says about the whole memory
     * @throws StoreFullException if the disk has no room for it
     * @throws StoreDamagedException if damage was met since the store was opened
     * @throws StoreException if it could not be written, as far as is known
     */
    public void commit(CheckpointRecord record) {
        byte[] bytes = record.toBytes();
        if (!isComplete) {
            put(ColumnFamily.DEFAULT, Keys.checkpoint(), bytes);
            isComplete = true;
        }
        store.commits().commit(batch, record.number(), bytes);
    }

    @Override
    public void close() {
        bytes = 0;
        batch.close();
    }

    private void put(ColumnFamily family, byte[] key, byte[] value) {
        gather(family, handle -> batch.put(handle, key, value));
    }

    private void delete(ColumnFamily family, byte[] key) {
        gather(family, handle -> batch.delete(handle, key));
    }

    private void deleteRange(ColumnFamily family, byte[] from, byte[] to) {
        gather(family, handle -> batch.deleteRange(handle, from, to));
    }

    /** One step of gathering. A handle is only an id to a batch, and the same when the database is opened anew. */
    private interface Step {
        void on(ColumnFamilyHandle family) throws RocksDBException;
    }

    private void gather(ColumnFamily family, Step step) {
        store.database().gather("a checkpoint cannot be gathered", family, database -> {
            step.on(database.handle(family));
            bytes = batch.getDataSize();
            return database;
        });
    }
}

package io.synfire.engine.store;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/**
 * What the store keeps of concepts that were forgotten, as of the last checkpoint. Any thread. Every method throws {@link StoreException} if
 * the disk fails or what it read is damaged.
 */
public final class StoredForgets {

    private final GuardedDatabase database;
    private final StoreFailures failures;

    StoredForgets(GuardedDatabase database, StoreFailures failures) {
        this.database = database;
        this.failures = failures;
    }

    /** Takes one forget. */
    @FunctionalInterface
    public interface ForgetVisitor {
        /**
         * Takes it.
         *
         * @param hash hash of the id that was forgotten
         * @param retirement what it was until then
         * @return whether to go on with the next
         */
        boolean forgotten(long hash, Retirement retirement);
    }

    /**
     * How many ints were given to concepts.
     *
     * @return one more than the last; -1 if an earlier version wrote the store, which did not say so
     */
    public int conceptCount() {
        byte[] bytes = get(ForgetKeys.count());
        return bytes == null ? -1 : failures.decoded(() -> new ByteSource("count of concepts", bytes).varintInt());
    }

    /**
     * The latest forget of an id. Costs a read of one key.
     *
     * @param hash hash of the id
     * @return what it was until then; null if it was never forgotten, or that is no longer kept
     */
    public @Nullable Retirement latest(long hash) {
        byte[] bytes = get(ForgetKeys.latest(hash));
        return bytes == null ? null : failures.decoded(() -> retirement(bytes));
    }

    /**
     * The latest watermark at which anything was forgotten, whether or not that is kept.
     *
     * @return milliseconds since the epoch; -1 if nothing ever was
     */
    public long latestMs() {
        byte[] bytes = get(ForgetKeys.latestMs());
        return bytes == null ? -1 : failures.decoded(() -> new ByteSource("latest forget", bytes).varint());
    }

    /**
     * Since when a concept is there. Costs a read of one key.
     *
     * @param concept its int
     * @return its origin; nothing of one that is not in the store
     */
    public Origin origin(int concept) {
        byte[] bytes = get(Keys.key(concept));
        return bytes == null ? Origin.UNKNOWN : failures.decoded(() -> ConceptBytes.origin(concept, bytes));
    }

    /**
     * Reads forgets by rising watermark.
     *
     * @param fromMs those at this watermark and later ones
     * @param visitor takes each
     */
    public void byWatermark(long fromMs, ForgetVisitor visitor) {
        database.call("the store cannot be read", open -> {
            try (RocksIterator iterator = open.db().newIterator(open.handle(ColumnFamily.CONCEPTS))) {
                iterator.seek(ForgetKeys.byWatermark(new Retirement(0, fromMs)));
                boolean goesOn = true;
                for (; goesOn && iterator.isValid() && ForgetKeys.isByWatermark(iterator.key()); iterator.next()) {
                    Retirement retirement = ForgetKeys.retirementOf(iterator.key());
                    byte[] value = iterator.value();
                    goesOn = visitor.forgotten(
                            failures.decoded(() -> new ByteSource("forget " + retirement, value).i8()), retirement);
                }
                iterator.status();
                return open;
            }
        });
    }

    /**
     * Reads the episodes that came late after a forget.
     *
     * @param retired the int that the concept had
     * @param visitor takes the hash of each
     */
    public void lateEpisodes(int retired, LongConsumer visitor) {
        database.call("the store cannot be read", open -> {
            try (RocksIterator iterator = open.db().newIterator(open.handle(ColumnFamily.LATE_EPISODES))) {
                iterator.seek(Keys.key(retired));
                for (; iterator.isValid() && Keys.conceptOf(iterator.key()) == retired; iterator.next()) {
                    visitor.accept(Keys.episodeOf(iterator.key()));
                }
                iterator.status();
                return open;
            }
        });
    }

    static Retirement retirement(byte[] bytes) {
        ByteSource source = new ByteSource("forget", bytes);
        Retirement retirement = new Retirement(source.varintInt(), source.varint());
        source.end();
        return retirement;
    }

    private byte @Nullable [] get(byte[] key) {
        return database.read("the store cannot be read", ColumnFamily.CONCEPTS, open -> open.db()
                .get(open.handle(ColumnFamily.CONCEPTS), key));
    }
}

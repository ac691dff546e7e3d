package io.synfire.engine.store;

import io.synfire.engine.event.Retraction;
import org.rocksdb.RocksIterator;

/**
 * The retractions that wait in the store, as of the last checkpoint, in the order in which they come due. Any thread. Every method throws
 * {@link StoreException} if the disk fails or what it read is damaged.
 */
public final class StoredRetractions {

    private final GuardedDatabase database;
    private final StoreFailures failures;

    StoredRetractions(GuardedDatabase database, StoreFailures failures) {
        this.database = database;
        this.failures = failures;
    }

    /** Takes one retraction. */
    @FunctionalInterface
    public interface RetractionVisitor {
        /**
         * Takes it.
         *
         * @param retraction what waits
         * @return whether to go on with the next
         */
        boolean waits(StoredRetraction retraction);
    }

    /**
     * How many there are. Costs a read of one key.
     *
     * @return the count; none where an earlier version wrote the store, which did not say so
     */
    public RetractionCount count() {
        byte[] bytes = database.read("the store cannot be read", ColumnFamily.RETRACTIONS, open -> open.db()
                .get(open.handle(ColumnFamily.RETRACTIONS), RetractionKeys.count()));
        return bytes == null ? RetractionCount.NONE : failures.decoded(() -> RetractionCount.ofBytes(bytes));
    }

    /**
     * Reads those that come due after a moment. Holds the store open, so a visitor should end soon.
     *
     * @param dueMs those for a later time than this
     * @param number and those for this time that were read after the one of this number
     * @param visitor takes each
     */
    public void after(long dueMs, long number, RetractionVisitor visitor) {
        database.read("the store cannot be read", ColumnFamily.RETRACTIONS, open -> {
            try (RocksIterator iterator = open.db().newIterator(open.handle(ColumnFamily.RETRACTIONS))) {
                iterator.seek(
                        number == Long.MAX_VALUE
                                ? RetractionKeys.from(dueMs + 1)
                                : RetractionKeys.of(dueMs, number + 1));
                boolean goesOn = true;
                for (; goesOn && iterator.isValid() && RetractionKeys.isWaiting(iterator.key()); iterator.next()) {
                    byte[] key = iterator.key();
                    goesOn = visitor.waits(new StoredRetraction(
                            RetractionKeys.dueMsOf(key), RetractionKeys.numberOf(key), iterator.value()));
                }
                iterator.status();
                return open;
            }
        });
    }

    /**
     * Reads those that an earlier version stored, in the order in which they were read.
     *
     * @param visitor takes each
     */
    public void old(RetractionVisitor visitor) {
        database.read("the store cannot be read", ColumnFamily.RETRACTIONS, open -> {
            try (RocksIterator iterator = open.db().newIterator(open.handle(ColumnFamily.RETRACTIONS))) {
                iterator.seek(RetractionKeys.firstOld());
                boolean goesOn = true;
                for (; goesOn && iterator.isValid() && RetractionKeys.isOld(iterator.key()); iterator.next()) {
                    byte[] value = iterator.value();
                    goesOn = visitor.waits(StoredRetraction.of(
                            RetractionKeys.oldNumberOf(iterator.key()),
                            failures.decoded(() -> RetractionBytes.read(value))));
                }
                iterator.status();
                return open;
            }
        });
    }

    /**
     * What waits.
     *
     * @param stored one that was read from the store, or is yet to be written to it
     * @return the retraction, without its ids
     */
    public Retraction retraction(StoredRetraction stored) {
        Retraction retraction = failures.decoded(() -> RetractionBytes.read(stored.bytes()));
        if (retraction.latestMs() != stored.dueMs()) {
            throw failures.damaged(null, stored + " is for another time: latest=" + retraction.latestMs(), null);
        }
        return retraction;
    }
}

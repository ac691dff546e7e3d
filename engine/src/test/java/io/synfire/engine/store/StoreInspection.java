package io.synfire.engine.store;

import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Landmarks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** What a closed store holds. */
public final class StoreInspection {

    private static final byte[] SALT_KEY = Keys.utf8("salt");

    private StoreInspection() {}

    /** How many context windows there are. */
    public static long windows(Path directory) {
        return count(directory, ColumnFamily.CONTEXTS);
    }

    /** How many event ids there are. */
    public static long eventIds(Path directory) {
        return count(directory, ColumnFamily.EVENT_IDS);
    }

    /** Takes a row away behind the store's back. */
    public static void removeRow(Path directory, int cue) {
        change(directory, database -> database.db().delete(database.handle(ColumnFamily.ROWS), Keys.key(cue)));
    }

    /** Adds to what left a concept, behind the store's back. */
    public static void addToPotentiationFrom(Path directory, int concept, double more) {
        change(directory, database -> {
            byte[] bytes = database.db().get(database.handle(ColumnFamily.MARGINALS), Keys.key(concept));
            StoredMarginal was = StoredMarginal.ofBytes(concept, bytes, 1);
            double[] sums = {was.mass(0), was.potentiationFrom(0) + more, was.potentiationTo(0)};
            put(database, concept, new StoredMarginal(was.landmarks(), sums, was.lastMs(), was.remaining()));
        });
    }

    /** Adds to how often a concept fired, behind the store's back. */
    public static void addToCount(Path directory, int concept, long more) {
        change(directory, database -> {
            byte[] bytes = database.db().get(database.handle(ColumnFamily.MARGINALS), Keys.key(concept));
            StoredMarginal was = StoredMarginal.ofBytes(concept, bytes, 1);
            double[] sums = {was.mass(0), was.potentiationFrom(0), was.potentiationTo(0)};
            Remaining remaining = new Remaining(
                    was.remaining().count() + more, was.remaining().checksum());
            put(database, concept, new StoredMarginal(was.landmarks(), sums, was.lastMs(), remaining));
        });
    }

    /** Makes it a store that never kept what was passed over, as earlier versions did. */
    public static void removePassedOver(Path directory) {
        change(directory, database -> {
            database.db().delete(database.handle(ColumnFamily.DEFAULT), PassedOverBytes.SINCE_KEY);
            for (long number = 0; number < 100; number++) {
                database.db().delete(database.handle(ColumnFamily.DEFAULT), PassedOverBytes.key(number));
            }
        });
    }

    /** Puts retractions that wait into it as earlier versions did, with numbers from one on. */
    public static void putOldRetractions(Path directory, long firstNumber, Retraction... waiting) {
        change(directory, database -> {
            long number = firstNumber;
            for (Retraction each : waiting) {
                database.db()
                        .put(database.handle(ColumnFamily.RETRACTIONS), Keys.key(number++), RetractionBytes.of(each));
            }
        });
    }

    /** Moves a retraction that waits to another time, behind the store's back. */
    public static void moveRetraction(Path directory, long number, long fromMs, long toMs) {
        change(directory, database -> {
            ColumnFamilyHandle family = database.handle(ColumnFamily.RETRACTIONS);
            byte[] bytes = database.db().get(family, RetractionKeys.of(fromMs, number));
            database.db().put(family, RetractionKeys.of(toMs, number), bytes);
            database.db().delete(family, RetractionKeys.of(fromMs, number));
        });
    }

    /** Takes a retraction away that waits, behind the store's back. */
    public static void removeRetraction(Path directory, long number, long dueMs) {
        change(directory, database -> database.db()
                .delete(database.handle(ColumnFamily.RETRACTIONS), RetractionKeys.of(dueMs, number)));
    }

    /** The keys of all retractions that wait, and of how many there are. */
    public static List<byte[]> retractionKeys(Path directory) {
        List<byte[]> keys = new ArrayList<>();
        change(directory, database -> {
            try (RocksIterator iterator = database.db().newIterator(database.handle(ColumnFamily.RETRACTIONS))) {
                for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                    keys.add(iterator.key());
                }
            }
        });
        return keys;
    }

    /** Makes it a store without a salt, as earlier versions did. */
    public static void removeSalt(Path directory) {
        change(directory, database -> database.db().delete(database.handle(ColumnFamily.DEFAULT), SALT_KEY));
    }

    /** Cuts its salt short. */
    public static void cutSalt(Path directory) {
        change(directory, database -> database.db()
                .put(database.handle(ColumnFamily.DEFAULT), SALT_KEY, new byte[] {1, 2, 3}));
    }

    /** All it holds in their order, but its salt. */
    public static List<String> valuesButSalt(Path directory) {
        List<String> values = new ArrayList<>();
        try (RocksDatabase database =
                RocksDatabase.open(directory, new StoreBudget(1 << 20, 1 << 20), DiskAccess.REAL)) {
            for (ColumnFamily family : ColumnFamily.values()) {
                try (RocksIterator iterator = database.db().newIterator(database.handle(family))) {
                    for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                        if (family != ColumnFamily.DEFAULT || !Arrays.equals(iterator.key(), SALT_KEY)) {
                            values.add(family + " " + HexFormat.of().formatHex(iterator.key()) + " "
                                    + HexFormat.of().formatHex(iterator.value()));
                        }
                    }
                    iterator.status();
                }
            }
            return values;
        } catch (RocksDBException e) {
            throw new IllegalStateException("the store cannot be looked into: store=" + directory, e);
        }
    }

    /** Makes it a store that finds what was forgotten by its int alone, as earlier versions did. */
    public static void asBeforeForgetsWereIndexed(Path directory) {
        change(directory, database -> {
            ColumnFamilyHandle concepts = database.handle(ColumnFamily.CONCEPTS);
            try (RocksIterator iterator = database.db().newIterator(concepts)) {
                for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                    byte[] key = iterator.key();
                    if (ForgetKeys.isConcept(key)) {
                        database.db().put(concepts, key, ConceptBytes.utf8(Keys.conceptOf(key), iterator.value()));
                    } else {
                        database.db().delete(concepts, key);
                    }
                }
                iterator.status();
            }
        });
    }

    /** Puts what left a concept in its place behind the store's back, where it has nothing. */
    public static void putPotentiationFrom(Path directory, int concept, double sum) {
        change(
                directory,
                database -> put(
                        database,
                        concept,
                        new StoredMarginal(Landmarks.of(0), new double[] {0, sum, 0}, 0, Remaining.NOTHING)));
    }

    /** Makes it a store of another format. */
    public static void setFormat(Path directory, byte format) {
        change(directory, database -> database.db()
                .put(database.handle(ColumnFamily.DEFAULT), StoreOpening.FORMAT_KEY, new byte[] {format}));
    }

    /** What is changed behind the store's back. */
    interface Change {
        void in(RocksDatabase database) throws RocksDBException;
    }

    private static void put(RocksDatabase database, int concept, StoredMarginal marginal) throws RocksDBException {
        database.db().put(database.handle(ColumnFamily.MARGINALS), Keys.key(concept), marginal.toBytes());
    }

    static void change(Path directory, Change change) {
        try (RocksDatabase database =
                RocksDatabase.open(directory, new StoreBudget(1 << 20, 1 << 20), DiskAccess.REAL)) {
            change.in(database);
        } catch (RocksDBException e) {
            throw new IllegalStateException("the store cannot be changed: store=" + directory, e);
        }
    }

    private static long count(Path directory, ColumnFamily family) {
        long count = 0;
        try (RocksDatabase database =
                        RocksDatabase.open(directory, new StoreBudget(1 << 20, 1 << 20), DiskAccess.REAL);
                RocksIterator iterator = database.db().newIterator(database.handle(family))) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                count++;
            }
            iterator.status();
            return count;
        } catch (RocksDBException e) {
            throw new IllegalStateException("the store cannot be looked into: store=" + directory, e);
        }
    }
}

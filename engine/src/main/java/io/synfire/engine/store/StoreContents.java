package io.synfire.engine.store;

import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.rocksdb.RocksIterator;

/**
 * All of a kind that a store holds, as of its last checkpoint: what is read when it is opened, or looked through for what is wrong. Any thread.
 * Every method throws {@link StoreException} if the disk fails or what it read is damaged.
 */
public final class StoreContents {

    private final GuardedDatabase database;
    private final StoreFailures failures;

    StoreContents(GuardedDatabase database, StoreFailures failures) {
        this.database = database;
        this.failures = failures;
    }

    /** Takes the concepts of the dictionary. */
    public interface ConceptVisitor {
        /**
         * Takes a concept.
         *
         * @param concept its int
         * @param utf8 its id
         * @param origin since when it is there
         */
        void concept(int concept, byte[] utf8, Origin origin);

        /**
         * Takes a concept that was forgotten.
         *
         * @param concept its int
         * @param hash hash of the id it had
         * @param watermarkMs the watermark when it was forgotten
         */
        void retired(int concept, long hash, long watermarkMs);

        /**
         * Takes the latest forget of an id: after all concepts.
         *
         * @param hash hash of the id
         * @param retirement what it was until then
         */
        void forgotten(long hash, Retirement retirement);
    }

    /** Takes one stretch. */
    @FunctionalInterface
    public interface StretchVisitor {
        /**
         * Takes a stretch.
         *
         * @param number its number
         * @param stretch what was read
         */
        void stretch(long number, Stretch stretch);
    }

    /** Takes what was passed over between two checkpoints. */
    @FunctionalInterface
    public interface PassedOverVisitor {
        /**
         * Takes it.
         *
         * @param number its number
         * @param records what nothing was learned of, in the order in which it was read
         */
        void passedOver(long number, List<PassedOver> records);
    }

    /** Takes one episode that came late. */
    @FunctionalInterface
    public interface LateEpisodeVisitor {
        /**
         * Takes an episode.
         *
         * @param retired the int that a concept had which it names, before that was forgotten
         * @param count how often it came
         */
        void lateEpisode(int retired, LateCount count);
    }

    /** Takes one marginal. */
    @FunctionalInterface
    public interface MarginalVisitor {
        /**
         * Takes a marginal.
         *
         * @param concept the concept's int
         * @param marginal its activation mass
         */
        void marginal(int concept, StoredMarginal marginal);
    }

    /**
     * Reads the whole dictionary, in rising order.
     *
     * @param visitor takes each concept
     */
    public void concepts(ConceptVisitor visitor) {
        scan(ColumnFamily.CONCEPTS, (key, value) -> {
            if (!ForgetKeys.isConcept(key)) {
                if (ForgetKeys.isLatest(key)) {
                    visitor.forgotten(ForgetKeys.hashOf(key), failures.decoded(() -> StoredForgets.retirement(value)));
                }
                return;
            }
            int concept = failures.decoded(() -> Keys.conceptOf(key));
            if (value.length > 0 && value[0] == RetiredBytes.MARK) {
                RetiredBytes retired = failures.decoded(() -> RetiredBytes.read(concept, value));
                visitor.retired(concept, retired.hash(), retired.watermarkMs());
            } else {
                visitor.concept(
                        concept,
                        failures.decoded(() -> ConceptBytes.utf8(concept, value)),
                        failures.decoded(() -> ConceptBytes.origin(concept, value)));
            }
        });
    }

    /**
     * Reads all stretches, in the order in which they were learned.
     *
     * @param visitor takes each stretch
     */
    public void stretches(StretchVisitor visitor) {
        scan(ColumnFamily.STRETCHES, (key, value) -> {
            long number = failures.decoded(() -> ByteBuffer.wrap(key).getLong());
            visitor.stretch(number, failures.decoded(() -> StretchBytes.read(number, value)));
        });
    }

    /**
     * How many stretches are stored.
     *
     * @return at least 0: one more than the last number
     */
    public long stretchCount() {
        return database.call("the store cannot be read", open -> {
            try (RocksIterator iterator = open.db().newIterator(open.handle(ColumnFamily.STRETCHES))) {
                iterator.seekToLast();
                long count = iterator.isValid()
                        ? failures.decoded(() -> ByteBuffer.wrap(iterator.key()).getLong()) + 1
                        : 0L;
                iterator.status();
                return count;
            }
        });
    }

    /**
     * Reads all that was passed over, in the order in which it was read.
     *
     * @param visitor takes what came between two checkpoints
     */
    public void passedOver(PassedOverVisitor visitor) {
        scan(ColumnFamily.DEFAULT, (key, value) -> {
            if (PassedOverBytes.isKey(key)) {
                long number = PassedOverBytes.number(key);
                visitor.passedOver(number, failures.decoded(() -> PassedOverBytes.read(number, value)));
            }
        });
    }

    /**
     * Since when is kept what was passed over.
     *
     * @return how far the sources had been read then, or empty if nothing is kept of it yet
     */
    public Optional<List<Position>> passedOverSince() {
        byte[] bytes = database.read("the store cannot be read", ColumnFamily.DEFAULT, open -> open.db()
                .get(open.handle(ColumnFamily.DEFAULT), PassedOverBytes.SINCE_KEY));
        return bytes == null
                ? Optional.empty()
                : Optional.of(
                        failures.decoded(() -> PositionBytes.read("since when is kept what was passed over", bytes)));
    }

    /**
     * Reads all episodes that came late.
     *
     * @param visitor takes each episode
     */
    public void lateEpisodes(LateEpisodeVisitor visitor) {
        scan(ColumnFamily.LATE_EPISODES, (key, value) -> {
            int retired = failures.decoded(() -> Keys.conceptOf(key));
            visitor.lateEpisode(retired, failures.decoded(() -> LateCount.ofBytes(retired, value)));
        });
    }

    /**
     * Reads all marginals, in rising order.
     *
     * @param horizons how many horizons the memory keeps
     * @param visitor takes each marginal
     */
    public void marginals(int horizons, MarginalVisitor visitor) {
        scan(ColumnFamily.MARGINALS, (key, value) -> {
            int concept = failures.decoded(() -> Keys.conceptOf(key));
            visitor.marginal(concept, failures.decoded(() -> StoredMarginal.ofBytes(concept, value, horizons)));
        });
    }

    private void scan(ColumnFamily family, BiConsumer<byte[], byte[]> visitor) {
        database.call("the store cannot be read", open -> {
            try (RocksIterator iterator = open.db().newIterator(open.handle(family))) {
                for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                    visitor.accept(iterator.key(), iterator.value());
                }
                // An iterator over a damaged file just ends.
                iterator.status();
                return open;
            }
        });
    }
}

package io.synfire.engine.store;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Says in the store's words what RocksDB says, and remembers damage: once it was met, nothing is to be written. Thread-safe.
 */
final class StoreFailures {

    private static final Pattern TABLE = Pattern.compile("\\d{6,}\\.sst");
    private static final Pattern LOG = Pattern.compile("\\d{6,}\\.log");
    private static final Pattern LOG_NUMBER = Pattern.compile("log number: (\\d+)");
    private static final Pattern OTHER = Pattern.compile("MANIFEST-\\d+|\\bCURRENT\\b");

    private final Path directory;
    private volatile @Nullable StoreDamagedException damage;

    StoreFailures(Path directory) {
        this.directory = directory;
    }

    /** The first damage that was met, or null. */
    @Nullable
    StoreDamagedException damage() {
        return damage;
    }

    void requireUndamaged() {
        StoreDamagedException met = damage;
        if (met != null) {
            throw met.again();
        }
    }

    /** What a failure of RocksDB means; {@code what} says what cannot be done. */
    StoreException of(String what, RocksDBException e) {
        return isDamage(e)
                ? damaged(fileIn(e), String.valueOf(e.getMessage()), e)
                : new StoreException(what + ": store=" + directory + ": " + e.getMessage(), e);
    }

    StoreDamagedException damaged(@Nullable String file, String detail, @Nullable Throwable cause) {
        StoreDamagedException met = new StoreDamagedException(directory, file, detail, cause);
        if (damage == null) {
            damage = met;
        }
        return met;
    }

    /** Bytes that pass their checksum and still are not what is written there: whatever decoding them throws is damage. */
    <T> T decoded(Supplier<T> decoding) {
        try {
            return decoding.get();
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            throw damaged(null, String.valueOf(e.getMessage()), e);
        }
    }

    static boolean isFull(RocksDBException e) {
        Status status = e.getStatus();
        return (status != null && status.getSubCode() == Status.SubCode.NoSpace)
                || says(e, "no space left")
                || says(e, "quota exceeded");
    }

    static boolean isStall(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Incomplete;
    }

    static boolean isLocked(RocksDBException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("LOCK") && message.toLowerCase(Locale.ROOT).contains("lock ");
    }

    static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        Status.Code code = status == null ? Status.Code.Undefined : status.getCode();
        return code == Status.Code.Corruption
                || (code == Status.Code.IOError && (says(e, "no such file") || says(e, "input/output error")));
    }

    /**
     * The file that a message names. Where it names none, {@code verify} finds it: to look for it here would read all tables under locks that who
     * reads or learns holds.
     */
    private @Nullable String fileIn(RocksDBException e) {
        String message = String.valueOf(e.getMessage());
        // A manifest is named beside the table that it leads to.
        for (Pattern pattern : new Pattern[] {TABLE, LOG}) {
            Matcher matcher = pattern.matcher(message);
            if (matcher.find()) {
                return matcher.group();
            }
        }
        Matcher number = LOG_NUMBER.matcher(message);
        if (number.find()) {
            return String.format(Locale.ROOT, "%06d.log", Long.parseLong(number.group(1)));
        }
        Matcher other = OTHER.matcher(message);
        if (other.find()) {
            return other.group();
        }
        return null;
    }

    private static boolean says(RocksDBException e, String words) {
        return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains(words);
    }
}

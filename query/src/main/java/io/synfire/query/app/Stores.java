package io.synfire.query.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.SettingsMismatchException;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.file.DataLog;
import io.synfire.ingest.file.FileForgetter;
import io.synfire.ingest.file.Reasons;
import io.synfire.query.cli.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the memory of a data directory to write. */
final class Stores {

    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

    /** In the data directory, the commands that forget what was learned from files: a part of the log. */
    static final String FORGOTTEN = "forgotten.jsonl";

    /** In the data directory, what had been learned of files when those commands were appended. */
    static final String TURNS = FileForgetter.TURNS;

    /** In the data directory, lines that were rejected; a part of the log once they are learned again. */
    static final String DEAD_LETTERS = "dead-letters.jsonl";

    private Stores() {}

    /** The part of the log that lies in data directories, where they are now. */
    static DataLog log(Path... directories) {
        List<Path> files = new ArrayList<>();
        for (Path data : directories) {
            files.add(data.resolve(FORGOTTEN));
            files.add(data.resolve(DEAD_LETTERS));
        }
        return new DataLog(files);
    }

    /**
     * The memory, as of its last checkpoint. Whoever calls holds its data directory until the memory is closed.
     *
     * @throws IllegalStateException if a restore was stopped between taking the store away and putting the other one in its place
     * @throws UsageException if other learning settings are given than it was made with; the message ends with the command that
     *     makes a memory by them
     */
    static Engine open(DataLock held, Settings settings, MeterRegistry meters) throws IOException {
        requireHeld(held, settings);
        Backups.requireWhole(settings.store());
        try {
            Engine engine = Engine.open(settings.store(), settings.learning(), settings.engine(), meters);
            TrialsLog.watch(engine, settings.store());
            if (engine.lostCheckpoints() > 0) {
                LOG.warn(
                        "the end of the store's log was lost, what it held is read again: store={} checkpoints={}",
                        settings.store(),
                        engine.lostCheckpoints());
            }
            return engine;
        } catch (SettingsMismatchException e) {
            throw new UsageException(String.valueOf(e.getMessage()), command(settings, e.given()), e);
        }
    }

    /**
     * The memory, to learn: as of its last checkpoint, and with what its files were told to forget that it had not learned.
     *
     * @throws UsageException if other learning settings are given than it was made with
     * @throws IOException if the commands that forget cannot be read
     */
    static Engine openToLearn(DataLock held, Settings settings, MeterRegistry meters) throws IOException {
        return openToLearn(held, settings, meters, List.of());
    }

    /** The same; {@code given} are files that learned ones may be found in which are not where they were. */
    static Engine openToLearn(DataLock held, Settings settings, MeterRegistry meters, List<Path> given)
            throws IOException {
        boolean isNew = FileCopies.isEmpty(settings.store());
        Engine engine = open(held, settings, meters);
        try {
            FileForgetter forgetter = new FileForgetter(
                    engine,
                    settings.data().resolve(FORGOTTEN),
                    settings.data().resolve(DEAD_LETTERS),
                    settings.decoding());
            var unused = forgetter.learnEarlier(given);
            return engine;
        } catch (IOException | RuntimeException e) {
            engine.close();
            if (isNew) {
                // Of other settings, it would be in the way of a memory that can learn what this one could not.
                FileCopies.delete(settings.store());
            }
            throw e;
        }
    }

    private static void requireHeld(DataLock held, Settings settings) {
        if (!held.data().equals(settings.data())) {
            throw new IllegalArgumentException("another data directory is held than that of the memory: held="
                    + held.data() + " data=" + settings.data());
        }
    }

    /**
     * Refuses other learning settings than those of the memory, before anything is done with it.
     *
     * @throws UsageException if others are given
     */
    static void requireSame(Settings settings, LearningSettings stored) {
        Map<String, String> differences = stored.differences(settings.learning());
        if (!differences.isEmpty()) {
            throw new UsageException(
                    "a store keeps the learning settings it was created with: store=" + settings.store()
                            + " stored -> given: " + differences,
                    command(settings, settings.learning()),
                    null);
        }
    }

    /** Puts away what a rebuild or a backup left that ended with its process. Only after the memory was opened: who has it open has all of them. */
    static void tidy(Settings settings) {
        try {
            for (Path away : StoreDirectory.tidy(settings.data())) {
                LOG.info("put away what an earlier rebuild left: store={}", away);
            }
            for (Path stranger : StoreDirectory.strangers(settings.data())) {
                LOG.warn("a store lies beside the memory that no rebuild has left, it is let be: store={}", stranger);
            }
            StoreDirectory.tidyLinks(settings.data());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "what an earlier rebuild or backup left cannot be put away: " + Reasons.withFile(e), e);
        }
    }

    /** As it is typed into a shell. */
    private static String command(Settings settings, Map<String, String> given) {
        String data = settings.data().toString();
        StringBuilder command = new StringBuilder("java -jar ")
                .append(quoted(System.getProperty("java.class.path", "synfire.jar")))
                .append(" rebuild --data ")
                .append(quoted(data))
                .append(" --into ")
                .append(quoted(data + "-rebuilt"));
        new TreeMap<>(given).forEach((key, value) -> command.append(" --set ").append(quoted(key + "=" + value)));
        return command.toString();
    }

    private static String quoted(String text) {
        return text.matches("[\\w./:=,@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}

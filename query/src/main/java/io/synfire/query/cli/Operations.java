package io.synfire.query.cli;

import io.synfire.engine.Engine;
import io.synfire.engine.view.Verification;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.DiffAnswer;
import io.synfire.query.answer.EvaluateAnswer;
import io.synfire.query.answer.EvidenceAnswer;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.answer.LearnAnswer;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RestoreAnswer;
import io.synfire.query.answer.ScenarioAnswer;
import io.synfire.query.answer.ScenarioAnswer.Scenario;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What commands need of the application. Each call returns an exit code: 0 done, 1 failed. */
public interface Operations {

    /**
     * What every command may be given.
     *
     * @param data directory of store and broker, or null for what the settings say
     * @param config settings file, or null for {@code synfire.yaml} if it is there
     * @param set settings as {@code key=value}
     */
    record Common(@Nullable Path data, @Nullable Path config, List<String> set) {}

    /**
     * Learns from a topic and answers over HTTP until it is stopped.
     *
     * @param common what every command may be given
     * @param offline whether to answer from an existing store alone
     * @return exit code
     * @throws IOException if the settings cannot be read
     */
    int serve(Common common, boolean offline) throws IOException;

    /**
     * Shows the main job on real purchases.
     *
     * @param common what every command may be given
     * @param once whether to end after printing
     * @return exit code
     * @throws IOException if the settings or the purchases cannot be read
     */
    int demo(Common common, boolean once) throws IOException;

    /**
     * Learns files, with no Kafka.
     *
     * @param common what every command may be given
     * @param request what to learn
     * @return what became of it
     * @throws IOException if the settings or a file cannot be read
     */
    LearnAnswer learn(Common common, LearnRequest request) throws IOException;

    /**
     * What to learn.
     *
     * @param files paths; - is the standard input
     * @param asNew whether each file is taken for one that was never learned
     * @param again whether the dead letters are learned again, after the files
     */
    record LearnRequest(List<String> files, boolean asNew, boolean again) {}

    /**
     * Makes the memory forget a context or a concept, by what is appended to its log.
     *
     * @param common what every command may be given
     * @param what what is to be forgotten
     * @return the receipt
     * @throws IOException if the settings or a file that was learned cannot be read
     */
    ForgetAnswer forget(Common common, Forgotten what) throws IOException;

    /**
     * Looks for evidence of an association in the log: the topic, or files.
     *
     * @param common what every command may be given
     * @param memory the memory that learned from it
     * @param from one concept's id
     * @param to the other's
     * @param k how many places are asked for
     * @return the latest places where both fired
     * @throws IOException if the settings cannot be read
     */
    EvidenceAnswer evidence(Common common, Opened memory, String from, String to, int k) throws IOException;

    /**
     * What is to be forgotten: a context or a concept; and how long to wait for it.
     *
     * @param context a context's key, or null
     * @param concept a concept's id, or null
     * @param isAwaited whether to wait until the memory has applied it
     * @param tokenFile file that holds a token, where the serving process asks for one; or null
     * @param patience how long to wait for a memory that moves on nowhere
     */
    record Forgotten(
            @Nullable String context,
            @Nullable String concept,
            boolean isAwaited,
            @Nullable Path tokenFile,
            Duration patience) {

        /** How long to wait, unless asked otherwise. */
        public static final Duration PATIENCE = Duration.ofSeconds(60);

        /**
         * To be waited for.
         *
         * @param context a context's key, or null
         * @param concept a concept's id, or null
         */
        public Forgotten(@Nullable String context, @Nullable String concept) {
            this(context, concept, true, null, PATIENCE);
        }
    }

    /**
     * Builds a memory from the log anew, in a data directory of its own.
     *
     * @param common what every command may be given; its learning settings are those of the new memory
     * @param request what to build
     * @return what became of it
     * @throws IOException if the settings or a file cannot be read, or the directory not be written
     */
    RebuildAnswer rebuild(Common common, RebuildRequest request) throws IOException;

    /**
     * What to build.
     *
     * @param into the data directory of the new memory: new, empty, or one where the same rebuild was begun
     * @param settings a settings file whose learning settings are the new memory's, or null for those of the common settings
     * @param untilMs the last event time that counts, or null for no end
     * @param acceptGap whether what is gone of the log is passed over instead of refused
     */
    record RebuildRequest(Path into, @Nullable Path settings, @Nullable Long untilMs, boolean acceptGap) {}

    /**
     * Compares two memories.
     *
     * @param common what every command may be given
     * @param request which, and how
     * @return what changed
     * @throws IOException if the settings or a file cannot be read
     */
    DiffAnswer diff(Common common, DiffRequest request) throws IOException;

    /**
     * Which memories to compare, and how.
     *
     * @param first data directory of the one
     * @param second data directory of the other
     * @param k how long the compared lists are
     * @param minSupport how active a concept must be in both to be among those that moved
     * @param heldOut what both are asked about, or null if they are not asked
     */
    record DiffRequest(Path first, Path second, int k, double minSupport, @Nullable HeldOutLog heldOut) {}

    /** Episodes that two memories are asked about. */
    sealed interface HeldOutLog {

        /**
         * Files of episodes.
         *
         * @param test the files
         * @param format what they hold, or null for what their first lines look like
         */
        record OfFiles(List<Path> test, @Nullable String format) implements HeldOutLog {}

        /**
         * What the logs of both hold of the time after both.
         *
         * @param episodesMax how many episodes at most, the earliest
         */
        record OfTail(int episodesMax) implements HeldOutLog {}
    }

    /**
     * Measures how well recall predicts.
     *
     * @param common what every command may be given
     * @param request what to measure on
     * @return the scores
     * @throws IOException if the settings or a file cannot be read
     */
    EvaluateAnswer evaluate(Common common, EvaluateRequest request) throws IOException;

    /**
     * What to measure on: files to learn and files to ask about, or files for both, or files to search on.
     *
     * @param train files that are learned
     * @param test files that are asked about
     * @param prequential files that are asked about, then learned
     * @param search whether to look for better settings on {@code train}
     * @param format what the files hold, or null for what their first lines look like
     * @param ks how many answers count
     * @param onlyKnown whether concepts that were not learned are taken out of the test
     * @param settings settings files to compare; empty for the settings as they are
     */
    record EvaluateRequest(
            List<Path> train,
            List<Path> test,
            List<Path> prequential,
            boolean search,
            @Nullable String format,
            List<Integer> ks,
            boolean onlyKnown,
            List<Path> settings) {

        /** How many answers count, unless asked otherwise: what is published counts 20. */
        public static final int K = 20;
    }

    /**
     * Measures how fast a memory learns, beside what one would take instead.
     *
     * @param common what every command may be given
     * @param request what to measure with
     * @return the figures
     * @throws IOException if the settings cannot be read, or the temporary directory not be written
     */
    BenchAnswer bench(Common common, BenchRequest request) throws IOException;

    /**
     * What to measure with.
     *
     * @param seed of the workload
     * @param baskets how many records
     * @param capSeconds when those that would take too long are stopped
     */
    record BenchRequest(long seed, int baskets, double capSeconds) {}

    /**
     * Measures how a memory bears a long run.
     *
     * @param common what every command may be given
     * @param request what to run
     * @return the figures
     * @throws IOException if the settings cannot be read, or the temporary directory not be written
     */
    ScenarioAnswer scenario(Common common, ScenarioRequest request) throws IOException;

    /**
     * What to run.
     *
     * @param scenario what is run
     * @param seed of the workload
     * @param baskets of pressure, after how many records the workload begins again; 0 for growth
     * @param edges of growth, how many directed edges are wanted; 0 for pressure
     * @param seconds when no more is produced, at the latest
     */
    record ScenarioRequest(Scenario scenario, long seed, int baskets, long edges, double seconds) {}

    /**
     * Reads all of the store and looks for what is wrong with it.
     *
     * @param common what every command may be given
     * @return what was found
     * @throws IOException if the settings cannot be read
     */
    Verification verify(Common common) throws IOException;

    /**
     * Copies the memory, with the help of the process that serves it, if one does.
     *
     * @param common what every command may be given
     * @param target a directory that is not there yet, or is empty
     * @param tokenFile file that holds a token of the role admin, where the serving process asks for one; or null
     * @return what it holds
     * @throws IOException if the settings cannot be read, or the backup not be written
     */
    BackupAnswer backup(Common common, Path target, @Nullable Path tokenFile) throws IOException;

    /**
     * Brings a backup back as the memory.
     *
     * @param common what every command may be given
     * @param backup the directory of the backup
     * @param force whether a store that is there is moved aside
     * @return what was restored
     * @throws IOException if the settings or the backup cannot be read, or the store not be written
     */
    RestoreAnswer restore(Common common, Path backup, boolean force) throws IOException;

    /**
     * Opens the store to read it as of its last checkpoint.
     *
     * @param common what every command may be given
     * @return a memory that the caller closes
     * @throws IOException if the settings cannot be read
     */
    Opened openReadOnly(Common common) throws IOException;

    /**
     * A memory that is open to be read.
     *
     * @param engine holds it
     * @param queries answer questions to it
     */
    record Opened(Engine engine, Queries queries) implements AutoCloseable {

        /** Closes the engine. */
        @Override
        public void close() {
            engine.close();
        }
    }
}

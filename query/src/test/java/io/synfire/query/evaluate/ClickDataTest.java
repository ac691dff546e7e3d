package io.synfire.query.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.DataSets;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.file.EpisodeReader;
import io.synfire.query.recall.RecallSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How good recall is on real clicks, with nothing but the defaults: next click, full ranking, ties never in its favour. Of the larger
 * data set every fourth session is asked about; {@code -Dsynfire.clicks=1} asks about all.
 */
final class ClickDataTest {

    private static final int EVERY = Integer.getInteger("synfire.clicks", 4);

    @TempDir
    Path directory;

    @Test
    void nextClicksOfTheHundredThousandAreFoundAsOftenAsIsClaimed() throws IOException {
        Score score = score(
                "rsc15-100k/yoochoose-clicks-100k_train_full.txt.zst",
                "rsc15-100k/yoochoose-clicks-100k_test.txt.zst",
                EpisodeReader.Format.TSV,
                1);
        System.out.println(score);
        assertThat(score.predictions()).isEqualTo(10_152);
        assertThat(score.unknownTargets()).isZero();
        assertThat(score.hitRate()).isGreaterThanOrEqualTo(0.700);
        assertThat(score.mrr()).isGreaterThanOrEqualTo(0.373);
    }

    @Test
    void nextClicksOfOneSixtyFourthAreFoundAsOftenAsIsClaimed() throws IOException {
        Score score = score("rsc15-64/train.txt.zst", "rsc15-64/test.txt.zst", EpisodeReader.Format.SESSIONS, EVERY);
        System.out.println(score);
        if (EVERY == 1) {
            assertThat(score.predictions()).isEqualTo(55_898);
            assertThat(score.unknownTargets()).isEqualTo(412);
        }
        assertThat(score.predictions()).isGreaterThan(50_000 / EVERY);
        assertThat(score.hitRate()).isGreaterThanOrEqualTo(0.710);
        assertThat(score.mrr()).isGreaterThanOrEqualTo(0.311);
    }

    private Score score(String train, String test, EpisodeReader.Format format, int every) throws IOException {
        EpisodeReader reader = new EpisodeReader(format, null);
        List<Variant> defaults = List.of(new Variant("defaults", Map.of(), RecallSettings.defaults()));
        try (Evaluation evaluation = new Evaluation(defaults, List.of(20), directory, new EngineOptions(256 << 20))) {
            evaluation.train(reader.read(List.of(DataSets.file(train))).episodes(), done -> {});
            evaluation.test(
                    everyNthSession(reader.read(List.of(DataSets.file(test))).episodes(), every), false, done -> {});
            return evaluation.scores().get(0);
        }
    }

    /** All episodes of the first of every so many sessions, by where they begin. */
    private static List<Episode> everyNthSession(List<Episode> log, int every) {
        Map<String, Integer> sessions = new HashMap<>();
        List<Episode> asked = new ArrayList<>();
        for (Episode episode : log) {
            String session = Objects.requireNonNull(episode.context());
            sessions.putIfAbsent(session, sessions.size());
            if (sessions.get(session) % every == 0) {
                asked.add(episode);
            }
        }
        return asked;
    }
}

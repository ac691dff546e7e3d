package io.synfire.query.app;

import io.synfire.engine.event.Position;
import io.synfire.engine.event.Shown;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.file.FileReplay;
import io.synfire.ingest.file.UnmarkedFiles;
import io.synfire.query.answer.RebuildAnswer;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which files a rebuild reads, and in which stretches they were learned. A store of an older format knew neither what it had read nor when:
 * what lies there now is taken for it, and said to be.
 */
final class RebuildFiles {

    private final Settings settings;
    private final PrintStream err;

    RebuildFiles(Settings settings, PrintStream err) {
        this.settings = settings;
        this.err = err;
    }

    /** Marks the files of positions that do not say what was learned; {@code startMs} is when the rebuild began. */
    UnmarkedFiles marked(List<Position> goal, LearningSettings learning, long startMs) throws IOException {
        for (Position position : goal) {
            if (UnmarkedFiles.isUnmarked(position)) {
                err.printf(
                        Locale.ROOT,
                        "no fingerprint was kept of a file, what is there now is taken for what was learned: %s records=%d%n",
                        Shown.line(position.source()),
                        position.nextOffset());
            }
        }
        return new UnmarkedFiles(
                goal,
                learning,
                settings.decoding().mapping(),
                settings.decoding().limits(),
                startMs);
    }

    /** In which stretches the files of a plan were learned, as the memory says that they were learned into; null if it cannot be read. */
    List<Stretch> stretches(RebuildPlan plan, Rebuilding.@Nullable Live live) throws IOException {
        if (plan.goal().stream().noneMatch(FileReplay::isFile)) {
            return List.of();
        }
        if (live == null) {
            throw new IllegalStateException(
                    "the memory cannot be read that files were learned into, and it alone says in which order: data="
                            + settings.data());
        }
        if (live.positions().stream().noneMatch(UnmarkedFiles::isUnmarked)) {
            return live.stretches();
        }
        List<Stretch> stretches = new UnmarkedFiles(
                        live.positions(),
                        LearningSettings.parse(plan.learning()),
                        settings.decoding().mapping(),
                        settings.decoding().limits(),
                        plan.startMs())
                .stretches();
        return isTopicFirst(plan.goal()) ? behindTheTopic(stretches, plan.goal()) : stretches;
    }

    /** All that such a store says of the order of its logs: of which it learned something first. */
    private static boolean isTopicFirst(List<Position> goal) {
        return !goal.isEmpty() && !FileReplay.isFile(goal.get(0));
    }

    private static List<Stretch> behindTheTopic(List<Stretch> stretches, List<Position> goal) {
        List<Position> topic =
                goal.stream().filter(position -> !FileReplay.isFile(position)).toList();
        List<Stretch> behind = new ArrayList<>(stretches);
        if (!behind.isEmpty()) {
            behind.set(0, behind.get(0).withMoved(topic));
        }
        return behind;
    }

    static List<RebuildAnswer.Missing> missing(List<io.synfire.ingest.replay.Missing> ranges) {
        return ranges.stream()
                .map(range -> new RebuildAnswer.Missing(
                        range.source(), range.partition(), range.fromOffset(), range.toOffset()))
                .toList();
    }
}

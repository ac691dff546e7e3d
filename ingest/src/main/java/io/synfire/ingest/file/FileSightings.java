package io.synfire.ingest.file;

import io.synfire.engine.event.Episode;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.sighting.PairFinder;
import io.synfire.ingest.sighting.Sightings;
import io.synfire.ingest.sighting.Sightings.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds where two concepts fired together in the files that a memory was learned from. All of them are read, and
 * their last {@value Sightings#RECORDS_MAX} records are looked at. One thread at a time.
 */
public final class FileSightings {

    private final LearnedFiles files;
    private final LearningSettings settings;
    private final Map<String, Long> learnedAnew;

    /**
     * A search.
     *
     * @param positions how far each source was learned; those that are no files are passed over
     * @param stretches what was read of the files, in the order in which it was learned
     * @param settings what the memory learned by
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param limits what a line may be at most
     */
    public FileSightings(
            List<Position> positions,
            List<Stretch> stretches,
            LearningSettings settings,
            @Nullable FieldMapping mapping,
            RecordLimits limits) {
        this(positions, stretches, settings, mapping, limits, LearnedAnew.nothing());
    }

    /**
     * A search in a memory that may have learned its log anew.
     *
     * @param positions how far the memory has read
     * @param stretches in which it has learned its files
     * @param settings what it learned by
     * @param mapping which fields of a record say what, or null for Synfire's own
     * @param limits what a record may hold
     * @param learnedAnew how far it has learned its log anew
     */
    public FileSightings(
            List<Position> positions,
            List<Stretch> stretches,
            LearningSettings settings,
            @Nullable FieldMapping mapping,
            RecordLimits limits,
            LearnedAnew learnedAnew) {
        this.files = new LearnedFiles(positions, stretches, settings, mapping, limits);
        this.settings = settings;
        this.learnedAnew = learnedAnew.records();
    }

    /**
     * Whether anything was learned from files.
     *
     * @return true if one of the sources is a file
     */
    public boolean any() {
        return !files.positions().isEmpty();
    }

    /**
     * Searches.
     *
     * @param from one concept's id
     * @param to the other's
     * @param k how many are asked for
     * @return the latest places where both fired
     * @throws ReplacedFileException if a file was replaced, cut short or removed since it was learned
     * @throws IOException if one cannot be read
     */
    public Sightings find(String from, String to, int k) throws IOException {
        // All files are one partition: a context may reach from one into the next.
        Map<String, Long> begins = begins();
        boolean isWhole = files.positions().stream()
                .allMatch(position -> begins.getOrDefault(position.sourceId(), position.nextOffset()) == 0);
        PairFinder finder = new PairFinder(from, to, settings, isWhole);
        files.scan((position, record, entry) -> {
            if (record >= begins.getOrDefault(position.sourceId(), position.nextOffset())) {
                finder.take(
                        position.source(),
                        0,
                        record,
                        entry instanceof Episode episode ? episode.atMs() : 0,
                        entry,
                        record < learnedAnew.getOrDefault(position.identity(), 0L));
            }
        });
        List<Range> searched = new ArrayList<>();
        long records = 0;
        for (Position position : files.positions()) {
            long begin = begins.getOrDefault(position.sourceId(), position.nextOffset());
            searched.add(new Range(position.source(), 0, begin, position.nextOffset()));
            records += position.nextOffset() - begin;
        }
        return Sightings.latest(k, finder.found(), searched, List.of(), records);
    }

    /** From which record of each file on it is looked at, by its identity: the last ones of all. */
    private Map<String, Long> begins() {
        Map<String, Long> begins = new HashMap<>();
        long left = Sightings.RECORDS_MAX;
        for (int i = files.stretches().size() - 1; i >= 0 && left > 0; i--) {
            Stretch stretch = files.stretches().get(i);
            long taken = Math.min(left, stretch.to() - stretch.from());
            begins.put(stretch.sourceId(), stretch.to() - taken);
            left -= taken;
        }
        return begins;
    }
}

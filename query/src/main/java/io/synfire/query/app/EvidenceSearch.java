package io.synfire.query.app;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.file.FileSightings;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.TopicIds;
import io.synfire.ingest.kafka.TopicSightings;
import io.synfire.ingest.sighting.Place;
import io.synfire.ingest.sighting.Sighting;
import io.synfire.ingest.sighting.Sightings;
import io.synfire.query.answer.EvidenceAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for evidence of an association in the logs that a memory was learned from: its topic, its files, or both. Thread-safe. */
final class EvidenceSearch {

    private final Settings settings;
    private final LearningSettings learning;

    EvidenceSearch(Settings settings, LearningSettings learning) {
        this.settings = settings;
        this.learning = learning;
    }

    /** Whether anything of the topic was read: one that is empty has positions, too. */
    boolean needsTopic(List<Position> positions) {
        String source = "kafka:" + settings.topics().episodes();
        return positions.stream().anyMatch(position -> position.source().equals(source) && position.nextOffset() > 0);
    }

    /**
     * Searches.
     *
     * @param memory says how far each source was learned
     * @param client reaches the topic's cluster; null if {@link #needsTopic} says that nothing was read of it
     * @throws IllegalStateException if the memory was learned from neither this topic nor files, the topic is another than the one that was
     *     learned, or the cluster does not answer; or a file was replaced, cut short or removed since it was learned
     */
    EvidenceAnswer find(MemoryView memory, @Nullable ClientProperties client, String from, String to, int k) {
        List<Position> positions = memory.positions();
        String topic = settings.topics().episodes();
        List<Sightings> all = new ArrayList<>();
        String doubt = null;
        if (client != null && needsTopic(positions)) {
            TopicIds.require(client, topic, positions);
            TopicSightings sightings = new TopicSightings(
                            client, settings.topics(), settings.decoding(), learning, memory.unlearned())
                    .knowing(memory.learnedAnew());
            all.add(sightings.find(from, to, k));
            doubt = sightings.doubt(memory.counts().deadLetters()).orElse(null);
        }
        FileSightings files = new FileSightings(
                found(positions),
                memory.stretches(),
                learning,
                settings.decoding().mapping(),
                settings.decoding().limits(),
                new LearnedAnew(
                        found(memory.learnedAnew().upTo()), memory.learnedAnew().hasLeftOut()));
        if (files.any()) {
            try {
                all.add(files.find(from, to, k));
            } catch (IOException e) {
                throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
            }
        }
        if (all.isEmpty()) {
            throw new IllegalStateException(
                    "there is no log to look into, the memory was learned from neither this topic nor files: topic="
                            + topic);
        }
        Sightings latest = Sightings.latest(
                k,
                all.stream().flatMap(sightings -> sightings.found().stream()).toList(),
                all.stream().flatMap(sightings -> sightings.searched().stream()).toList(),
                unsearched(all, Stretch.streamed(memory.stretches())),
                all.stream().mapToLong(Sightings::records).sum());
        return answer(latest, doubt);
    }

    private List<Position> found(List<Position> positions) {
        try {
            return Stores.log(settings.data()).found(positions);
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }

    private static EvidenceAnswer answer(Sightings sightings, @Nullable String doubt) {
        return new EvidenceAnswer(
                sightings.found().stream().map(EvidenceSearch::together).toList(),
                sightings.searched().stream()
                        .map(range -> new EvidenceAnswer.Searched(
                                range.source(), range.partition(), range.fromOffset(), range.toOffset()))
                        .toList(),
                sightings.unsearched(),
                sightings.records(),
                doubt);
    }

    private static List<String> unsearched(List<Sightings> all, long streamed) {
        List<String> unsearched = new ArrayList<>();
        all.forEach(sightings -> unsearched.addAll(sightings.unsearched()));
        if (streamed > 0) {
            unsearched.add(Forgetting.streams(streamed));
        }
        return unsearched;
    }

    private static EvidenceAnswer.Together together(Sighting sighting) {
        Place earlier = sighting.earlier();
        return new EvidenceAnswer.Together(place(sighting.latest()), earlier == null ? null : place(earlier));
    }

    private static EvidenceAnswer.Place place(Place place) {
        return new EvidenceAnswer.Place(
                place.source(), place.partition(), place.offset(), place.timestampMs(), place.episode());
    }
}

package io.synfire.engine.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What may be applied, and what each other entry is told. */
final class AdmissionTest {

    private static final long NOON_MS = 1_706_788_800_000L;
    private static final long TEN_MINUTES_MS = 600_000;

    private final Admission admission = new Admission(LearningSettings.parse(Map.of("max-concepts", "2")));

    @Test
    void tenMinutesAheadOfItsSourceIsTheMostUnlessAnotherBoundIsGiven() {
        Episode latest = Episode.of(NOON_MS + TEN_MINUTES_MS, "a");
        Episode later = Episode.of(NOON_MS + TEN_MINUTES_MS + 1, "a");
        assertThat(admission.refusal(latest, SourceTime.ofTimestamp(NOON_MS))).isEmpty();
        assertThat(admission.refusal(later, SourceTime.ofTimestamp(NOON_MS)))
                .hasValue(new Refusal(
                        Refusal.Kind.TIME,
                        "at may lie at most max-ahead=10m after the record's timestamp:"
                                + " at=2024-02-01T12:10:00.001Z timestamp=2024-02-01T12:00:00Z"));
        Admission day = new Admission(LearningSettings.parse(Map.of("max-ahead", "1d")));
        assertThat(day.refusal(later, SourceTime.ofTimestamp(NOON_MS))).isEmpty();
    }

    @Test
    void eachSourceIsNamed() {
        Episode later = Episode.of(NOON_MS + TEN_MINUTES_MS + 1, "a");
        assertThat(message(later, SourceTime.ofRun(NOON_MS)))
                .isEqualTo("at may lie at most max-ahead=10m after the start of the run that read the record first:"
                        + " at=2024-02-01T12:10:00.001Z started=2024-02-01T12:00:00Z");
        assertThat(message(later, SourceTime.ofClock(NOON_MS)))
                .isEqualTo("at may lie at most max-ahead=10m after the clock of the process that read the record first:"
                        + " at=2024-02-01T12:10:00.001Z clock=2024-02-01T12:00:00Z");
        assertThat(admission.refusal(Episode.of(Episode.AT_MS_MAX, "a"), SourceTime.unknown()))
                .isEmpty();
    }

    @Test
    void timesOfASourceMayBeAnything() {
        Episode earliest = Episode.of(0, "a");
        assertThat(message(earliest, SourceTime.ofTimestamp(Long.MIN_VALUE)))
                .startsWith("at may lie at most max-ahead");
        assertThat(admission.refusal(earliest, SourceTime.ofTimestamp(-TEN_MINUTES_MS)))
                .isEmpty();
        assertThat(admission.refusal(Episode.of(Episode.AT_MS_MAX, "a"), SourceTime.ofTimestamp(Long.MAX_VALUE)))
                .isEmpty();
    }

    @Test
    void aRetractionIsHeldToEachOfItsEpisodes() {
        Episode good = inContext(NOON_MS, "a");
        Episode late = inContext(NOON_MS + TEN_MINUTES_MS + 1, "a");
        Episode large = inContext(NOON_MS, "a", "b", "c");
        SourceTime noon = SourceTime.ofTimestamp(NOON_MS);
        assertThat(admission.refusal(new Retraction("k", List.of(good, good)), noon))
                .isEmpty();
        assertThat(admission
                        .refusal(new Retraction("k", List.of(good, late)), noon)
                        .orElseThrow()
                        .kind())
                .isEqualTo(Refusal.Kind.TIME);
        assertThat(admission
                        .refusal(new Retraction("k", List.of(good, large)), noon)
                        .orElseThrow()
                        .kind())
                .isEqualTo(Refusal.Kind.CONCEPTS);
        Retraction lateBefore = new Retraction("k", List.of(Learned.of(late)), List.of(Learned.of(good)), null);
        assertThat(admission.refusal(lateBefore, noon).orElseThrow().kind()).isEqualTo(Refusal.Kind.TIME);
        assertThat(admission.refusal(new Forget("a"), SourceTime.ofTimestamp(0)))
                .isEmpty();
    }

    private String message(Entry entry, SourceTime source) {
        return admission.refusal(entry, source).orElseThrow().message();
    }

    private static Episode inContext(long atMs, String... concepts) {
        List<Activation> activations =
                List.of(concepts).stream().map(Activation::of).toList();
        return new Episode(atMs, "k", activations, 1, null);
    }
}

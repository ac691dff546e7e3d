package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers.Contribution;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntIterable;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why concepts were brought to mind: which pulses reached them. Looks at the rows of all pulses once more, for the few concepts that are
 * asked about. Used for one question.
 */
final class Reasons {

    private final MemoryView view;
    private final SpreadingActivation activation;
    private final Int2ObjectOpenHashMap<List<Way>> ways = new Int2ObjectOpenHashMap<>();

    /** One way to a concept. */
    private record Way(Pulse pulse, double contribution) {}

    Reasons(MemoryView view, SpreadingActivation activation, IntIterable concepts, Deadline deadline) {
        this.view = view;
        this.activation = activation;
        Asked asked = new Asked();
        concepts.forEach((int concept) -> asked.add(concept));
        // Of those that passed on, who brought them is asked too.
        activation.pulses().forEach(pulse -> asked.add(pulse.from()));
        activation.pulses().forEach(pulse -> {
            deadline.check();
            collect(pulse, asked);
        });
    }

    /** What brought a concept most, largest first. */
    List<Contribution> of(int concept, int max) {
        Comparator<Way> bySize = Comparator.comparingDouble(way -> Math.abs(way.contribution()));
        TopK<Way> largest = new TopK<>(
                max,
                bySize.reversed().thenComparing(way -> view.idOf(way.pulse().from())));
        waysTo(concept).forEach(largest::offer);
        List<Contribution> contributions = new ArrayList<>();
        for (Way way : largest.inOrder()) {
            Pulse pulse = way.pulse();
            contributions.add(new Contribution(view.idOf(cueOf(pulse)), view.idOf(pulse.from()), way.contribution()));
        }
        return contributions;
    }

    private void collect(Pulse pulse, Asked asked) {
        Associations row = pulse.row();
        for (int i = 0; i < row.size(); i++) {
            int target = row.target(i);
            if (target != pulse.from() && asked.contains(target)) {
                double strength = pulse.lens().strength(row, i);
                if (activation.counts(strength)) {
                    add(target, pulse, pulse.gain() * activation.support(strength));
                }
            }
        }
        if (pulse.self() != 0) {
            add(pulse.from(), pulse, pulse.self());
        }
    }

    private void add(int target, Pulse pulse, double gained) {
        double contribution = pulse.hop() == 1 ? gained * activation.perTarget(pulse.lens(), target) : gained;
        if (contribution != 0) {
            ways.computeIfAbsent(target, t -> new ArrayList<>(2)).add(new Way(pulse, contribution));
        }
    }

    private List<Way> waysTo(int concept) {
        return ways.getOrDefault(concept, List.of());
    }

    /** The cue a pulse goes back to: from hop to hop, who brought most to whoever passed it on. */
    private int cueOf(Pulse last) {
        Pulse pulse = last;
        while (pulse.hop() > 1) {
            pulse = mainPulse(pulse);
        }
        return pulse.from();
    }

    private Pulse mainPulse(Pulse to) {
        Way main = null;
        for (Way way : waysTo(to.from())) {
            boolean isBefore = way.pulse().hop() == to.hop() - 1;
            if (isBefore && (main == null || way.contribution() > main.contribution())) {
                main = way;
            }
        }
        return required(main, to).pulse();
    }

    private Way required(@Nullable Way way, Pulse to) {
        if (way == null) {
            throw new IllegalStateException(
                    "a concept passes on what nothing brought: concept=" + view.idOf(to.from()));
        }
        return way;
    }

    /** A few concepts, and a filter in front of them that nearly all others do not pass: rows are long. */
    private static final class Asked {
        private final long[] filter = new long[64];
        private final IntOpenHashSet concepts = new IntOpenHashSet();

        void add(int concept) {
            concepts.add(concept);
            filter[concept >>> 6 & 63] |= 1L << concept;
        }

        boolean contains(int concept) {
            return (filter[concept >>> 6 & 63] & 1L << concept) != 0 && concepts.contains(concept);
        }
    }
}

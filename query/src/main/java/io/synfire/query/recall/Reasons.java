package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers.Contribution;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntIterable;
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
    private final FewConcepts asked;

    /** Of each concept that is asked about, in their order. */
    private final List<List<Way>> ways = new ArrayList<>();

    /** One way to a concept. */
    private record Way(Pulse pulse, double contribution) {}

    Reasons(MemoryView view, SpreadingActivation activation, IntIterable concepts, Deadline deadline) {
        this.view = view;
        this.activation = activation;
        IntArrayList all = new IntArrayList();
        concepts.forEach((int concept) -> all.add(concept));
        // Of those that passed on, who brought them is asked too.
        activation.pulses().forEach(pulse -> all.add(pulse.from()));
        this.asked = FewConcepts.of(all);
        for (int i = 0; i < asked.size(); i++) {
            ways.add(new ArrayList<>(2));
        }
        activation.pulses().forEach(pulse -> {
            deadline.check();
            collect(pulse);
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

    private void collect(Pulse pulse) {
        Associations row = pulse.row();
        for (int i = 0; i < row.size(); i++) {
            int target = row.target(i);
            int index = asked.indexOf(target);
            if (index >= 0 && target != pulse.from()) {
                double strength = pulse.lens().strength(row, i);
                if (activation.counts(strength)) {
                    add(index, target, pulse, pulse.gain() * activation.support(strength));
                }
            }
        }
        if (pulse.self() != 0) {
            add(asked.indexOf(pulse.from()), pulse.from(), pulse, pulse.self());
        }
    }

    private void add(int index, int target, Pulse pulse, double gained) {
        double contribution = pulse.hop() == 1 ? gained * activation.perTarget(pulse.lens(), target) : gained;
        if (contribution != 0) {
            ways.get(index).add(new Way(pulse, contribution));
        }
    }

    private List<Way> waysTo(int concept) {
        int index = asked.indexOf(concept);
        return index < 0 ? List.of() : ways.get(index);
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
}

package io.synfire.query.evaluate;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.RecallQuery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes questions of episodes, in the order of a log: what comes next?
 *
 * <ul>
 *   <li>In a context, from its second episode on: the cues are all that fired in it before (the last {@value Limits#CUES_MAX}), in
 *       order, and may come again; each concept of the episode is a target.
 *   <li>Without a context, each concept of an episode is the target of the others, as cues without order that do not come again.
 * </ul>
 *
 * <p>Remembers the {@value #CONTEXTS_MAX} contexts that fired last. One thread at a time.
 */
final class NextItem {

    private static final int CONTEXTS_MAX = 1_000_000;

    private final Map<String, List<String>> contexts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<String>> eldest) {
            return size() > CONTEXTS_MAX;
        }
    };

    /** Asks all there is to ask about an episode, then remembers it. */
    void ask(Episode episode, Consumer<Prediction> questions) {
        String context = episode.context();
        if (context == null) {
            askForTheRest(episode.activations(), questions);
            return;
        }
        List<String> past = contexts.computeIfAbsent(context, key -> new ArrayList<>(4));
        if (!past.isEmpty()) {
            List<String> cues = past.subList(Math.max(0, past.size() - Limits.CUES_MAX), past.size());
            for (Activation next : episode.activations()) {
                questions.accept(new Prediction(
                        RecallQuery.builder().cues(cues).ordered(true).includeCues(true), next.concept()));
            }
        }
        episode.activations().forEach(activation -> past.add(activation.concept()));
    }

    private static void askForTheRest(List<Activation> basket, Consumer<Prediction> questions) {
        for (Activation target : basket) {
            List<String> others = basket.stream()
                    .filter(other -> !other.equals(target))
                    .map(Activation::concept)
                    .limit(Limits.CUES_MAX)
                    .toList();
            if (!others.isEmpty()) {
                questions.accept(new Prediction(RecallQuery.builder().cues(others), target.concept()));
            }
        }
    }
}

package io.synfire.query.app.bench;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import java.util.ArrayList;
import java.util.List;

/** The workload as batches that are ready to be applied, without Kafka and JSON. */
final class Baskets {

    private Baskets() {}

    /** Some batches and how many ordered pairs each makes. */
    record Read(List<Batch> batches, List<Integer> pairs) {}

    /** The next baskets of a workload. */
    static Read read(Workload workload, int batches, int basketsEach) {
        List<Batch> read = new ArrayList<>(batches);
        List<Integer> pairs = new ArrayList<>(batches);
        for (int i = 0; i < batches; i++) {
            List<Entry> episodes = new ArrayList<>(basketsEach);
            int sum = 0;
            for (int j = 0; j < basketsEach; j++) {
                workload.next();
                episodes.add(episode(workload));
                sum += workload.pairs();
            }
            read.add(new Batch("", episodes, List.of(), 0));
            pairs.add(sum);
        }
        return new Read(read, pairs);
    }

    private static Episode episode(Workload workload) {
        String[] concepts = new String[workload.concepts()];
        for (int i = 0; i < concepts.length; i++) {
            concepts[i] = Workload.id(workload.concept(i));
        }
        return Episode.of(workload.atMs(), concepts);
    }
}

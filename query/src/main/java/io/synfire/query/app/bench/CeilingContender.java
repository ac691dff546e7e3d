package io.synfire.query.app.bench;

import io.synfire.engine.event.Episode;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.BenchAnswer.Contender;
import io.synfire.query.answer.BenchAnswer.Rate;
import java.io.IOException;
import java.nio.file.Path;

/** Reads and decodes, and does nothing with it: no learner that reads by one thread can be faster. */
final class CeilingContender implements BenchContender {

    @Override
    public String name() {
        return BenchAnswer.CEILING;
    }

    @Override
    public Contender run(BenchTopic topic, Path directory, double capSeconds, Progress progress) throws IOException {
        Count count = new Count(progress.begin("read and decode", topic.baskets()));
        long start = System.nanoTime();
        double seconds;
        try (TopicReader reader = new TopicReader(topic)) {
            reader.read(count);
            seconds = Clock.secondsSince(start);
        }
        count.bar.done();
        return new Contender(name(), new Rate(count.baskets, count.pairs, seconds), null, null, null, null);
    }

    private static final class Count implements TopicReader.Sink {
        private final Progress.Bar bar;
        private long baskets;
        private long pairs;

        Count(Progress.Bar bar) {
            this.bar = bar;
        }

        @Override
        public boolean take(Episode episode) {
            long concepts = episode.activations().size();
            pairs += concepts * (concepts - 1);
            baskets++;
            return true;
        }

        @Override
        public void polled(long read) {
            bar.at(read);
        }
    }
}

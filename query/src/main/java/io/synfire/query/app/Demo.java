package io.synfire.query.app;

import io.synfire.engine.event.Position;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.TopicEnd;
import io.synfire.ingest.kafka.TopicReplay;
import io.synfire.query.answer.StatusAnswer;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The main job on real purchases: produces them into Kafka, learns them, shows what goes with three products. What is already in the
 * topic is not produced again, what is already learned is not learned again, wherever an earlier run was stopped.
 */
final class Demo {

    /**
     * Beneath the user's own settings: wholesale invoices are large, a season is a good memory for a gift shop, and a week beside it tells what
     * is coming. Baskets are learned as they are, so that measures count baskets.
     */
    static final Map<String, String> SETTINGS = Map.of("half-lives", "7d,90d", "max-concepts", "1200");

    private static final List<String> SHOWN =
            List.of("ROSES REGENCY TEACUP AND SAUCER", "JUMBO BAG RED RETROSPOT", "WHITE HANGING HEART T-LIGHT HOLDER");
    private static final int CHUNK = 500;
    private static final long STRETCH = 10_000;
    private static final long LOOK_NANOS = 50_000_000;

    private final Server server;
    private final PrintStream out;
    private final PrintStream err;

    Demo(Server server, PrintStream out, PrintStream err) {
        this.server = server;
        this.out = out;
        this.err = err;
    }

    /** With {@code once} it ends when it has shown what it learned, and nobody is answered over HTTP meanwhile. */
    void run(boolean once) throws IOException, InterruptedException {
        out.println(
                "Purchases: Chen, D. (2015), Online Retail, UCI Machine Learning Repository, DOI 10.24432/C5BW33, CC BY 4.0");
        if (!once) {
            server.answer();
        }
        server.connect();
        produce();
        long before = server.view().counts().episodes();
        long start = System.nanoTime();
        server.learn();
        StatusAnswer learned = awaitCaughtUp();
        double seconds = (System.nanoTime() - start) / 1e9;
        show();
        // What was to be forgotten may have been more than what came.
        long episodes = Math.max(0, learned.counts().episodes() - before);
        out.printf(
                Locale.ROOT,
                "%nlearned %,d episodes (%,d pairs in all) in %.1f s: %,.0f episodes/s%n",
                episodes,
                learned.counts().pairs(),
                seconds,
                episodes / seconds);
        out.printf(
                Locale.ROOT,
                "the memory holds %,d associations of %,d concepts, from %,d episodes; %,d dead letters%n",
                learned.counts().associations(),
                learned.counts().concepts(),
                learned.counts().episodes(),
                learned.counts().deadLetters());
        if (!once) {
            out.printf("%nopen %s%n", server.url());
            String data = server.settings().data().toString();
            out.printf(
                    "try  java -jar query/target/synfire.jar associations \"PARTY BUNTING\" --measure npmi --min-support 20%s%n",
                    data.equals(Settings.DATA) ? "" : " --data " + data);
            out.printf("or   curl '%s/v1/recall?cue=PARTY%%20BUNTING&k=5'%n", server.url());
            out.println("Ctrl-C stops it; the next demo goes on from here.");
        }
    }

    /** Completes the topic: purchases are appended in one order to one partition, so it holds the first of them, or all. */
    private void produce() throws IOException {
        String topic = server.settings().topics().episodes();
        try (DemoBaskets baskets = new DemoBaskets();
                EpisodeProducer producer = new EpisodeProducer(server.client(), topic, server.meters())) {
            DemoLog log = new DemoLog(baskets);
            look(log, topic);
            ProgressBar progress = new ProgressBar(err, "producing purchases", baskets.count());
            List<Outgoing> chunk = new ArrayList<>();
            for (byte[] basket = log.missing(); basket != null; basket = log.missing()) {
                chunk.add(new Outgoing(null, basket));
                log.pass();
                if (chunk.size() == CHUNK || log.missing() == null) {
                    producer.append(chunk);
                    chunk.clear();
                    progress.at(log.present());
                }
            }
            progress.at(log.present());
            progress.done();
        }
    }

    private void look(DemoLog log, String topic) throws IOException {
        TopicEnd end = new TopicEnd(server.client(), topic);
        long to = end.offset();
        for (long from = 0; from < to && log.missing() != null; from += STRETCH) {
            end.read(from, Math.min(to, from + STRETCH), value -> see(log, value, topic));
        }
    }

    private void see(DemoLog log, byte @Nullable [] value, String topic) {
        try {
            if (!log.see(value)) {
                throw new IllegalStateException(
                        "the topic holds other episodes than the demo's, give it a --data of its own: topic=" + topic
                                + " data=" + server.settings().data());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until the memory has read as far as the topic goes now. By positions: not each offset is that of an episode, for commands and the ends
     * of transactions have one, too.
     */
    private StatusAnswer awaitCaughtUp() throws InterruptedException {
        List<Position> goal =
                TopicReplay.end(server.client(), server.settings().topics().episodes());
        long total = goal.stream().mapToLong(Position::nextOffset).sum();
        ProgressBar progress = new ProgressBar(err, "learning", total);
        while (true) {
            StatusAnswer status = server.status();
            String failure = status.failure();
            if (failure != null) {
                throw new IllegalStateException("learning stopped: " + failure);
            }
            long read = read(goal, status.positions());
            progress.at(read);
            if (status.ready() && read >= total) {
                progress.done();
                return status;
            }
            TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
        }
    }

    /** How much of the way to the goal is read. */
    private static long read(List<Position> goal, List<Position> positions) {
        return positions.stream()
                .flatMapToLong(position -> goal.stream()
                        .filter(end -> end.key().equals(position.key()))
                        .mapToLong(end -> Math.min(end.nextOffset(), position.nextOffset())))
                .sum();
    }

    private void show() {
        Queries queries = new Queries(server.view(), server.settings().recall());
        for (String product : SHOWN) {
            out.printf("%nwhat goes with %s?%n", product);
            for (Answers.Association association :
                    queries.associations(AssociationsQuery.of(product)).associations()) {
                out.printf(Locale.ROOT, "  %8.3f  %s%n", association.strength(), association.concept());
            }
        }
    }
}

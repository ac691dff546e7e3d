package io.synfire.query.app;

import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.TopicEnd;
import io.synfire.query.answer.StatusAnswer;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

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
        long total = produce();
        long before = server.view().counts().episodes();
        long start = System.nanoTime();
        server.learn();
        StatusAnswer learned = awaitCaughtUp(total);
        double seconds = (System.nanoTime() - start) / 1e9;
        show();
        long episodes = learned.counts().episodes() - before;
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

    /** Completes the topic: purchases are appended in one order to one partition, so its end says how many there are. */
    private long produce() throws IOException {
        String topic = server.settings().topics().episodes();
        TopicEnd end = new TopicEnd(server.client(), topic);
        long present = end.offset();
        try (DemoBaskets baskets = new DemoBaskets();
                EpisodeProducer producer = new EpisodeProducer(server.client(), topic, server.meters())) {
            ProgressBar progress = new ProgressBar(err, "producing purchases", baskets.count());
            List<Outgoing> chunk = new ArrayList<>();
            for (int i = 0; i < baskets.count(); i++) {
                byte[] basket = baskets.next();
                if (i < present) {
                    if (i == Math.min(present, baskets.count()) - 1 && !Arrays.equals(end.record(i), basket)) {
                        throw new IllegalStateException(
                                "the topic holds other episodes than the demo's, give it a --data of its own:"
                                        + " topic=" + topic + " data="
                                        + server.settings().data());
                    }
                    continue;
                }
                chunk.add(new Outgoing(null, basket));
                if (chunk.size() == CHUNK || i == baskets.count() - 1) {
                    producer.append(chunk);
                    chunk.clear();
                    progress.at(i + 1);
                }
            }
            progress.at(baskets.count());
            progress.done();
            return Math.max(present, baskets.count());
        }
    }

    private StatusAnswer awaitCaughtUp(long total) throws InterruptedException {
        ProgressBar progress = new ProgressBar(err, "learning", total);
        while (true) {
            StatusAnswer status = server.status();
            String failure = status.failure();
            if (failure != null) {
                throw new IllegalStateException("learning stopped: " + failure);
            }
            long read = status.counts().episodes()
                    + status.counts().deadLetters()
                    + status.counts().duplicates();
            progress.at(read);
            if (status.ready() && read >= total) {
                progress.done();
                return status;
            }
            TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
        }
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

package io.synfire.engine.simulation;

import io.synfire.engine.Engine;
import io.synfire.engine.simulation.SimulatedSource.Poll;
import io.synfire.engine.simulation.Watch.Doing;
import io.synfire.engine.view.Moment;
import java.util.SplittableRandom;

/** Lets an engine learn, while somebody asks: at each point that the seed decides, or beside it in a thread. */
final class Learner {

    private final Oracle oracle;
    private final Watch watch;
    private final Asks asks;
    private final Tally tally;
    private final SplittableRandom random;
    private final boolean isDecided;

    Learner(Oracle oracle, Watch watch, Asks asks, Tally tally, SplittableRandom random, boolean isDecided) {
        this.oracle = oracle;
        this.watch = watch;
        this.asks = asks;
        this.tally = tally;
        this.random = random;
        this.isDecided = isDecided;
    }

    /** Applies a poll, and tells the oracle, unless it fails. */
    void learn(Engine engine, Poll poll) {
        if (!isDecided && random.nextInt(3) == 0) {
            learnBesideReader(engine, poll);
            return;
        }
        asks.learning(engine, poll);
        watch.is(Doing.LEARNING);
        boolean isToBeTold = true;
        try {
            engine.apply(poll.batches());
        } finally {
            watch.is(Doing.NOTHING);
            isToBeTold = asks.learned();
        }
        if (isToBeTold) {
            oracle.apply(poll.records());
        }
    }

    private void learnBesideReader(Engine engine, Poll poll) {
        Moment before = engine.view().moment();
        asks.of(null);
        ReaderBeside reader = new ReaderBeside(engine, random.split());
        try {
            engine.apply(poll.batches());
        } finally {
            asks.of(engine);
            reader.done();
        }
        int compared = reader.assertAgreesBefore(moment -> moment.number() == before.number(), oracle.memory());
        oracle.apply(poll.records());
        compared += reader.assertAgreesAfter(moment -> oracle.isBehindAll(moment.positions()), oracle.memory());
        tally.add(Fault.READER_BESIDE_BATCH, compared);
    }
}

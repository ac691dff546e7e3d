package io.synfire.query.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.Verification;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.DiffAnswer;
import io.synfire.query.answer.EvaluateAnswer;
import io.synfire.query.answer.EvidenceAnswer;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.answer.LearnAnswer;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RestoreAnswer;
import io.synfire.query.answer.ScenarioAnswer;
import io.synfire.query.compare.MemoryComparer;
import io.synfire.query.evaluate.Score;
import io.synfire.query.recall.Queries;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that ask, over a real store. */
final class SynfireCommandTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** Questions alone; the commands that run something are tested as processes. */
    private final class StoreOnly implements Operations {
        @Override
        public int serve(Common common, boolean offline) {
            throw new IllegalStateException("not a question");
        }

        @Override
        public int demo(Common common, boolean once) {
            throw new IllegalStateException("not a question");
        }

        @Override
        public LearnAnswer learn(Common common, LearnRequest request) {
            throw new IllegalStateException("not a question");
        }

        @Override
        public EvaluateAnswer evaluate(Common common, EvaluateRequest request) {
            Score score =
                    new Score("defaults", request.ks().get(0), 4, 1, 0.75, 0.5, 1, 0.25, new Score.Micros(3, 2, 9));
            return new EvaluateAnswer("holdout", 10, 5, 0, List.of(score), null);
        }

        @Override
        public BenchAnswer bench(Common common, BenchRequest request) {
            BenchAnswer.Rate rate = new BenchAnswer.Rate(request.baskets(), 4 * request.seed(), request.capSeconds());
            return new BenchAnswer(
                    new BenchAnswer.Setup(
                            request.seed(), request.baskets(), rate.pairs(), 4, 2, "17", 1, 1, "ext4", List.of()),
                    List.of(new BenchAnswer.Contender(BenchAnswer.SYNFIRE, rate, null, null, null, null)),
                    List.of(),
                    rate);
        }

        @Override
        public Verification verify(Common common) {
            return Engine.verify(directory, new EngineOptions(16 << 20));
        }

        @Override
        public BackupAnswer backup(Common common, Path target, @Nullable Path tokenFile) {
            return new BackupAnswer(
                    target.toString(),
                    "1",
                    0,
                    new Digest(1, 2, 3, 4, 5),
                    List.of(new Position("kafka:t", "id", 0, 9, 0)),
                    List.of(new BackupAnswer.File(String.valueOf(tokenFile), 6, "c")),
                    List.of());
        }

        @Override
        public RestoreAnswer restore(Common common, Path backup, boolean force) {
            BackupAnswer before = backup(common, backup, null);
            return new RestoreAnswer(before, "store", before.digest(), force ? "store.damaged-1" : null);
        }

        @Override
        public ScenarioAnswer scenario(Common common, ScenarioRequest request) {
            ScenarioAnswer.Used used = new ScenarioAnswer.Used(2, 1, 1, 1, null);
            BenchAnswer.Rate rate = new BenchAnswer.Rate(request.baskets(), 4 * request.seed(), request.seconds());
            return new ScenarioAnswer(
                    new ScenarioAnswer.Setup(
                            request.scenario(),
                            request.seed(),
                            request.baskets(),
                            request.edges(),
                            request.seconds(),
                            4,
                            2,
                            "17",
                            1,
                            1 << 20,
                            "ext4",
                            List.of()),
                    List.of(
                            new ScenarioAnswer.Sample(0, 0, 0, 0, 0, used, null, 0, 0, 0, 0),
                            new ScenarioAnswer.Sample(
                                    request.seconds(), 1, 0, rate.pairs(), 1, used, null, 8, 1, 2, 1)),
                    List.of(),
                    new ScenarioAnswer.Outcome(rate, 2, 7, 8, 0.5, 8, 0.25));
        }

        @Override
        public ForgetAnswer forget(Common common, Forgotten what) {
            return new ForgetAnswer(
                    what.context(),
                    what.concept(),
                    what.context() == null ? null : new ForgetAnswer.Removed(2, 6, 4, 1.5, "30d", 0),
                    List.of("kafka:t partition 0, offsets 0 to 9"),
                    what.context() == null
                            ? List.of()
                            : List.of("kafka:t partition 0, offsets 0 to 3, which have expired"),
                    what.context() == null ? null : "the first dead letters are gone",
                    List.of(
                            new ForgetAnswer.Part("kafka:t", 0, 9, "f-1", ForgetAnswer.Outcome.APPLIED, null),
                            new ForgetAnswer.Part(
                                    "kafka:t",
                                    1,
                                    7,
                                    "f-2",
                                    what.isAwaited() ? ForgetAnswer.Outcome.APPLIED : ForgetAnswer.Outcome.NOT_AWAITED,
                                    null)),
                    what.context() == null || !what.context().equals("goes-on") ? 0L : 3L,
                    0,
                    List.of(new ForgetAnswer.DeadLetter("kafka:d", 0, 5)),
                    2);
        }

        @Override
        public DiffAnswer diff(Common common, DiffRequest request) {
            try (Opened memory = openReadOnly(common)) {
                return new DiffAnswer(
                        request.first().toString(),
                        request.second().toString(),
                        new MemoryComparer(
                                        memory.engine().view(),
                                        memory.engine().view(),
                                        request.k(),
                                        request.minSupport())
                                .compare(done -> {}),
                        List.of(new Score("a", request.k(), 4, 1, 0.75, 0.5, 1, 0.25, new Score.Micros(3, 2, 9))));
            }
        }

        @Override
        public RebuildAnswer rebuild(Common common, RebuildRequest request) {
            RebuildAnswer.Side before = new RebuildAnswer.Side("00000000000000aa", "00000000000000bb", 7, 4, 3, 1, 0);
            RebuildAnswer.Side after = new RebuildAnswer.Side(
                    request.untilMs() == null ? "00000000000000aa" : "00000000000000cc",
                    "00000000000000bb",
                    7,
                    4,
                    3,
                    1,
                    0);
            return new RebuildAnswer(
                    request.into().toString(),
                    request.untilMs(),
                    Map.of("half-lives", "7d"),
                    List.of(new Position("kafka:t", "id", 0, 9, 0)),
                    request.acceptGap() ? List.of(new RebuildAnswer.Missing("kafka:t", 0, 0, 5)) : List.of(),
                    before,
                    after,
                    request.untilMs() == null ? RebuildAnswer.Comparison.EQUAL : RebuildAnswer.Comparison.DIFFERENT,
                    9,
                    0.5);
        }

        @Override
        public EvidenceAnswer evidence(Common common, Opened memory, String from, String to, int k) {
            EvidenceAnswer.Place late = place(7, new Episode(0, "user-17", List.of(Activation.of(to)), 2, "e-1"));
            EvidenceAnswer.Place early = place(3, new Episode(0, "user-17", List.of(Activation.of(from)), 1, null));
            EvidenceAnswer.Place both = place(1, Episode.of(0, from, to));
            return new EvidenceAnswer(
                    List.of(new EvidenceAnswer.Together(late, early), new EvidenceAnswer.Together(both, null)),
                    List.of(new EvidenceAnswer.Searched("kafka:t", 0, 0, 9)),
                    List.of("what is gone"),
                    9,
                    "the first dead letters are gone");
        }

        private EvidenceAnswer.Place place(long offset, Episode episode) {
            return new EvidenceAnswer.Place("kafka:t", 0, offset, 5, episode);
        }

        @Override
        public Opened openReadOnly(Common common) {
            Engine engine = Engine.openReadOnly(directory, new EngineOptions(16 << 20), new SimpleMeterRegistry());
            return new Opened(engine, new Queries(engine.view()));
        }
    }

    @BeforeEach
    void learn() {
        try (Engine engine = Engine.open(
                directory, Map.of("half-lives", "none"), new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            engine.apply(Batch.of(Episode.of(0, "tea", "milk"), Episode.of(0, "tea", "milk", "honey")));
        }
    }

    private int run(String... arguments) {
        CommandLine line = SynfireCommand.over(new StoreOnly());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    @Test
    void jsonIsOneDocumentAndNothingElse() {
        assertThat(run("associations", "tea", "--k", "1", "--json")).isZero();
        assertThat(out.toString())
                .startsWith(
                        "{\"concept\":\"tea\",\"asOf\":\"1970-01-01T00:00:00Z\",\"measure\":\"strength\",\"trials\":\"episodes\",\"associations\":[")
                .endsWith("]}\n")
                .hasLineCount(1);
    }

    @Test
    void everyQuestionAnswersInBothForms() {
        for (String json : new String[] {"", "--json"}) {
            for (List<String> command : List.of(
                    List.of("recall", "tea", "honey"),
                    List.of("associations", "tea", "--measure", "npmi"),
                    List.of("explain", "tea", "milk"),
                    List.of("explain", "tea", "milk", "--blend", "none:2"),
                    List.of("explain", "tea", "milk", "--evidence", "--k", "2"),
                    List.of("concepts", "t"),
                    List.of("concepts", "t", "--blend", "none:2"),
                    List.of("trending", "--k", "3"),
                    List.of("forget", "--context", "user-17"),
                    List.of("forget", "--concept", "tea"),
                    List.of("recall", "tea", "--prefix", "m", "--exclude", "honey", "--self", "2", "--shrinkage", "1"),
                    List.of("evaluate", "--train", "a", "b", "--test", "c", "--k", "5"),
                    List.of("rebuild", "--into", "x", "--accept-gap"),
                    List.of("diff", "a", "b", "--k", "2"),
                    List.of("diff", "a", "b", "--tail", "--tail-max", "5"),
                    List.of("verify"),
                    List.of("backup", "x", "--token-file", "token"),
                    List.of("restore", "x", "--force"),
                    List.of("status"),
                    List.of("digest"))) {
                String[] arguments = json.isEmpty()
                        ? command.toArray(String[]::new)
                        : java.util.stream.Stream.concat(command.stream(), java.util.stream.Stream.of(json))
                                .toArray(String[]::new);
                assertThat(run(arguments)).as("%s %s: %s", command, json, err).isZero();
            }
        }
        assertThat(out.toString()).contains("milk", "learned", "\"unknownCues\":[]");
        assertThat(out.toString())
                .contains("evidence: 2 found in the last 9 records")
                .contains("kafka:t partition 0 offset 7  context user-17  reward 2.000: milk")
                .contains("searched kafka:t partition 0, offsets 0 to 9", "not searched what is gone")
                .contains("in doubt: the first dead letters are gone")
                .contains(
                        "\"evidence\":{\"records\":9,\"doubt\":\"the first dead letters are gone\",\"searched\":[{\"source\":\"kafka:t\",\"partition\":0,"
                                + "\"fromOffset\":0,\"toOffset\":9}],\"unsearched\":[\"what is gone\"],\"episodes\":[{\"source\":\"kafka:t\",\"topic\":\"t\","
                                + "\"partition\":0,\"offset\":7,\"timestamp\":\"1970-01-01T00:00:00.005Z\"")
                .contains("\"earlier\":null")
                .contains("half-life none: after 30/90/365 days keeps 100 % / 100 % / 100 %")
                .contains(
                        "  memory budget      16,777,216 bytes", "\"memory\":{\"budgetBytes\":16777216,\"usedBytes\":")
                .contains("\"context\":\"user-17\",\"episodes\":2,\"pairs\":6,\"associations\":4,\"evidence\":1.5");
    }

    @Test
    void aBackupSaysWhatItHoldsAndARestoreWhatItMovedAside() {
        assertThat(run("backup", "x", "--token-file", "token", "--json")).isZero();
        assertThat(out.toString()).contains("{\"name\":\"token\",\"bytes\":6,\"crc32c\":\"c\"}");
        assertThat(run("restore", "x")).isZero();
        assertThat(out.toString())
                .containsPattern("before +0000000000000001 0000000000000002\\n")
                .containsPattern("after +0000000000000001 0000000000000002\\n")
                .doesNotContain("store.damaged-1");
        assertThat(run("restore", "x", "--force")).isZero();
        assertThat(out.toString()).containsPattern("before it +store.damaged-1\\n");
    }

    @Test
    void aReceiptSaysWhatBecameOfEachPartAndWhatIsLeft() {
        assertThat(run("forget", "--context", "k")).isZero();
        assertThat(out.toString())
                .containsPattern("appended +kafka:t partition 0 offset 9: applied \\(f-1\\)\n")
                .containsPattern(
                        "not searched +kafka:t partition 0, offsets 0 to 3, which have expired: what was learned")
                .containsPattern("in doubt +the first dead letters are gone\n")
                .containsPattern("dead letter +kafka:d partition 0 offset 5 still names it\n")
                .containsPattern("dead letters +2 in all still name it\n")
                .containsPattern("applied +yes\n")
                .doesNotContain("  left ");
        assertThat(run("forget", "--context", "k", "--no-wait")).isZero();
        assertThat(out.toString())
                .containsPattern("appended +kafka:t partition 1 offset 7: not applied yet \\(f-2\\)\n")
                .containsPattern("applied +not applied yet\n");
        assertThat(run("forget", "--context", "goes-on")).isEqualTo(1);
        assertThat(out.toString()).contains("3 episodes came meanwhile and are not taken back, run this again");
        assertThat(run("forget", "--context", "k", "--json", "--patience", "5s"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "offsets 0 to 9\"],\"unsearched\":[\"kafka:t partition 0, offsets 0 to 3, which have expired\"],"
                                + "\"doubt\":\"the first dead letters are gone\",")
                .contains("\"appended\":[{\"source\":\"kafka:t\",\"partition\":0,\"offset\":9,\"eventId\":\"f-1\","
                        + "\"outcome\":\"applied\",\"reason\":null}")
                .contains("\"applied\":true,\"left\":0,\"takenBackTwice\":0,\"deadLettersCount\":2,"
                        + "\"deadLetters\":[{\"source\":\"kafka:d\",\"partition\":0,\"offset\":5}]");
        assertThat(run("forget", "--context", "k", "--patience", "soon")).isEqualTo(2);
    }

    @Test
    void memoriesAreAskedAboutATailOrAboutFilesNotBoth() {
        assertThat(run("diff", "a", "b", "--tail", "--test", "file")).isEqualTo(2);
        assertThat(err.toString()).contains("either --tail or --test may be given");
    }

    @Test
    void aRebuildThatShouldBeTheSameAndIsNotFails() {
        assertThat(run("rebuild", "--into", "x")).isZero();
        assertThat(out.toString()).contains("00000000000000aa           00000000000000aa", "the same, as it must");
        assertThat(run("rebuild", "--into", "x", "--until", "2011-06-01T00:00:00Z", "--json"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("\"until\":\"2011-06-01T00:00:00Z\"", "\"learnedEqual\":false");
        assertThat(run("rebuild")).isEqualTo(2);
        assertThat(run("rebuild", "--into", "x", "--until", "soon")).isEqualTo(2);
    }

    @Test
    void aBenchmarkPrintsItsFiguresAndDrawsThem() {
        Path svg = directory.resolve("bench.svg");
        assertThat(run("bench", "--quick", "--seed", "5", "--cap", "2s", "--svg", svg.toString()))
                .as("%s", err)
                .isZero();
        assertThat(out.toString()).contains("| **Synfire** | 10 |  | 150,000 | 20 | 2.0 |  |");
        assertThat(svg).exists();
        assertThat(run("bench", "--baskets", "30", "--json", "--svg", svg.toString()))
                .isZero();
        assertThat(out.toString())
                .contains("{\"setup\":{\"seed\":1,\"baskets\":30,")
                .endsWith("}\n");
    }

    @Test
    void aBenchmarkThatCannotEndWellDoesNotBegin() {
        String svg = directory.resolve("bench.svg").toString();
        assertThat(run("bench", "--svg", directory.resolve("absent/bench.svg").toString()))
                .isEqualTo(1);
        assertThat(run("bench", "--svg", directory.toString())).isEqualTo(1);
        assertThat(run("bench", "--baskets", "0", "--svg", svg)).isEqualTo(2);
        assertThat(run("bench", "--cap", "soon", "--svg", svg)).isEqualTo(2);
        assertThat(run("bench", "--cap", "0s", "--svg", svg)).isEqualTo(2);
    }

    @Test
    void aScenarioPrintsItsFiguresAndDrawsThem() {
        Path svg = directory.resolve("pressure.svg");
        assertThat(run("bench", "--scenario", "pressure", "--quick", "--seed", "15", "--svg", svg.toString()))
                .as("%s", err)
                .isZero();
        assertThat(out.toString())
                .contains("pressure: 1 pairs/s over 60.0 s", "the same 300,000 baskets again and again");
        assertThat(svg).exists();
        assertThat(run("bench", "--scenario=growth", "--duration=2s", "--edges=7", "--json", "--svg", svg.toString()))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "{\"setup\":{\"scenario\":\"growth\",\"seed\":1,\"baskets\":null,\"edges\":7,\"seconds\":2.0,")
                .endsWith("}\n");
    }

    @Test
    void aScenarioTakesItsOwnOptionsAlone() {
        String svg = "--svg=" + directory.resolve("scenario.svg");
        assertThat(run("bench", "--scenario=calm", svg)).isEqualTo(2);
        assertThat(err.toString()).contains("must be contenders, pressure or growth: --scenario=calm");
        assertThat(run("bench", "--scenario=pressure", "--edges=9", svg)).isEqualTo(2);
        assertThat(err.toString()).contains("--edges does not belong to this scenario: --scenario=pressure --edges=9");
        assertThat(run("bench", "--scenario=growth", "--baskets=9", svg)).isEqualTo(2);
        assertThat(run("bench", "--scenario=growth", "--cap=9s", svg)).isEqualTo(2);
        assertThat(run("bench", "--scenario=pressure", "--cap=9s", svg)).isEqualTo(2);
        assertThat(run("bench", "--edges=9", svg)).isEqualTo(2);
        assertThat(run("bench", "--duration=9s", svg)).isEqualTo(2);
        assertThat(run("bench", "--scenario=growth", "--edges=0", svg)).isEqualTo(2);
        assertThat(err.toString()).contains("edges must be at least 1: --edges=0");
        assertThat(run("bench", "--scenario=growth", "--duration=0s", svg)).isEqualTo(2);
        assertThat(run("bench", "--scenario=pressure", "--duration=0s", svg)).isEqualTo(2);
        assertThat(err.toString()).contains("duration must be above 0: --duration=0s");
        assertThat(run("bench", "--scenario=pressure", "--duration=soon", svg)).isEqualTo(2);
        assertThat(run("bench", "--scenario=pressure", "--baskets=0", svg)).isEqualTo(2);
        assertThat(directory.resolve("scenario.svg")).doesNotExist();
    }

    @Test
    void notFoundIsOneAndBadUsageIsTwo() {
        assertThat(run("associations", "coffee")).isEqualTo(1);
        assertThat(err.toString())
                .contains("knows nothing of the concept: concept=coffee")
                .hasLineCount(1);
        assertThat(run("associations")).isEqualTo(2);
        assertThat(run("associations", "tea", "--measure", "love")).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run("evaluate", "--train", "a")).isEqualTo(2);
        assertThat(run("evaluate", "--train", "a", "--prequential", "b")).isEqualTo(2);
        assertThat(err.toString()).contains("give --train and --test, or --prequential");
        assertThat(run("forget")).isEqualTo(2);
        assertThat(run("forget", "--context", "k", "--concept", "c")).isEqualTo(2);
    }
}

package io.synfire.query.cli;

import io.synfire.query.answer.AnswerJson;
import io.synfire.query.answer.AnswerText;
import io.synfire.query.answer.EvidenceAnswer;
import io.synfire.query.answer.StatusAnswer;
import io.synfire.query.cli.Operations.Opened;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import io.synfire.query.recall.Blend;
import io.synfire.query.recall.ExplainQuery;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.Times;
import io.synfire.query.recall.TrendingQuery;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that ask a store. */
final class QueryCommands {

    private static final AnswerJson JSON = new AnswerJson();
    private static final AnswerText TEXT = new AnswerText();

    private QueryCommands() {}

    /** What all of them share: the store is opened to read, one answer is printed, the store is closed. */
    private abstract static class Question implements Callable<Integer> {
        private final SynfireCommand root;
        private final Operations operations;

        @Option(names = "--json", description = "one JSON document on standard output, the same as over HTTP")
        boolean json;

        @Spec
        @Nullable
        CommandSpec spec;

        Question(SynfireCommand root, Operations operations) {
            this.root = root;
            this.operations = operations;
        }

        Operations operations() {
            return operations;
        }

        Operations.Common common() {
            return root.common();
        }

        /** Answers as JSON or as text. */
        abstract Printed ask(Opened memory) throws IOException;

        @Override
        public Integer call() throws IOException {
            CommandSpec own = Output.required(spec);
            try (Opened memory = operations.openReadOnly(root.common())) {
                Printed printed = ask(memory);
                Output.print(own, json, printed::json, printed::text);
                return printed.isFound() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
            }
        }
    }

    /** Which horizons a question reads, and when. */
    static final class Reading {
        @Option(names = "--horizon", description = "a half-life of the store (default: the slowest)")
        @Nullable
        String horizon;

        @Option(names = "--blend", description = "several, with weights, such as 1h:0.7,30d:0.3")
        @Nullable
        String blend;

        @Option(
                names = "--at",
                description = "ISO-8601, a date (00:00 UTC), milliseconds, or now (default: the watermark)")
        @Nullable
        String at;

        @Nullable
        Blend blend() {
            return Blend.chosen(horizon, blend);
        }

        @Nullable
        Long atMs() {
            return time(at);
        }
    }

    /** An answer in both forms. */
    private static final class Printed {
        private final byte[] json;
        private final String text;
        private final boolean isFound;

        Printed(byte[] json, String text) {
            this(json, text, true);
        }

        /** What was asked about may be unknown, and the answer say so. */
        Printed(byte[] json, String text, boolean isFound) {
            this.json = json;
            this.text = text;
            this.isFound = isFound;
        }

        boolean isFound() {
            return isFound;
        }

        byte[] json() {
            return json;
        }

        String text() {
            return text;
        }
    }

    @Command(name = "recall", description = "What do these cues bring to mind?")
    static final class RecallCommand extends Question {
        @Parameters(arity = "1..*", paramLabel = "CUE", description = "concepts")
        List<String> cues = new ArrayList<>();

        @Option(names = "--k", description = "how many (default: 10)")
        int k = Limits.K;

        @Option(names = "--hops", description = "1 is direct association alone (default: 2)")
        @Nullable
        Integer hops;

        @Option(names = "--popularity", description = "exponent of what is taken off active concepts (default: 0.2)")
        @Nullable
        Double popularity;

        @Option(names = "--shrinkage", description = "evidence below about this counts less (default: 0)")
        @Nullable
        Double shrinkage;

        @Option(names = "--self", description = "weight of a cue's association with itself (default: 1)")
        @Nullable
        Double self;

        @Option(names = "--prefix", description = "how the ids of the results begin")
        @Nullable
        String prefix;

        @Option(names = "--exclude", description = "a concept that may not be among the results; may be given again")
        List<String> exclude = new ArrayList<>();

        @Option(names = "--candidate", description = "a concept that alone may be; may be given again")
        List<String> candidates = new ArrayList<>();

        @Mixin
        Reading reading = new Reading();

        @Option(names = "--min-support", description = "only associations of at least this strength")
        double minSupport;

        @Option(names = "--ordered", description = "the cues are in order of time, oldest first")
        boolean ordered;

        @Option(names = "--include-cues", description = "cues may be among the results")
        boolean includeCues;

        RecallCommand(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        Printed ask(Opened memory) {
            Answers.Recall answer = memory.queries()
                    .recall(RecallQuery.builder()
                            .cues(cues)
                            .ordered(ordered)
                            .includeCues(includeCues)
                            .exclude(new HashSet<>(exclude))
                            .candidates(candidates.isEmpty() ? null : new HashSet<>(candidates))
                            .prefix(prefix)
                            .k(k)
                            .hops(hops)
                            .popularity(popularity)
                            .shrinkage(shrinkage)
                            .self(self)
                            .blend(reading.blend())
                            .minSupport(minSupport)
                            .atMs(reading.atMs())
                            .build());
            boolean isAnyKnown = !new HashSet<>(answer.unknownCues()).containsAll(cues);
            return new Printed(JSON.of(answer), TEXT.of(answer), isAnyKnown);
        }
    }

    @Command(name = "associations", description = "What goes with a concept?")
    static final class AssociationsCommand extends Question {
        @Parameters(paramLabel = "CONCEPT", description = "the cue")
        String concept = "";

        @Option(names = "--k", description = "how many (default: 10)")
        int k = Limits.K;

        @Option(names = "--measure", description = "${COMPLETION-CANDIDATES} (default: strength)")
        Measure measure = Measure.STRENGTH;

        @Option(names = "--shrinkage", description = "evidence below about this counts less (default: 0)")
        double shrinkage;

        @Option(names = "--popularity", description = "exponent of what is taken off active concepts (default: 0)")
        double popularity;

        @Option(names = "--prefix", description = "how the ids of the others begin")
        String prefix = "";

        @Mixin
        Reading reading = new Reading();

        @Option(names = "--min-support", description = "only associations of at least this strength")
        double minSupport;

        @Option(names = "--include-cues", description = "the association with itself may be among them")
        boolean includeCues;

        AssociationsCommand(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        Printed ask(Opened memory) {
            Answers.Associations answer = memory.queries()
                    .associations(new AssociationsQuery(
                            concept,
                            k,
                            new Scoring(measure, shrinkage, popularity),
                            prefix,
                            reading.blend(),
                            minSupport,
                            includeCues,
                            reading.atMs()));
            return new Printed(JSON.of(answer), TEXT.of(answer));
        }
    }

    @Command(name = "explain", description = "Everything about a pair: both directions, every horizon and measure.")
    static final class ExplainCommand extends Question {
        @Parameters(index = "0", paramLabel = "FROM")
        String from = "";

        @Parameters(index = "1", paramLabel = "TO")
        String to = "";

        @Option(names = "--horizon", description = "a half-life of the store (default: each of them)")
        @Nullable
        String horizon;

        @Option(names = "--blend", description = "several together, with weights, such as 1h:0.7,30d:0.3")
        @Nullable
        String blend;

        @Option(names = "--min-support", description = "to see whether that is why an answer is missing")
        double minSupport;

        @Option(
                names = "--at",
                description = "ISO-8601, a date (00:00 UTC), milliseconds, or now (default: the watermark)")
        @Nullable
        String at;

        @Option(
                names = "--evidence",
                description =
                        "the latest episodes of the log in which both fired, but those of reward 0, of its last million")
        boolean evidence;

        @Option(names = "--k", description = "how many of these (default: 10)")
        int k = Limits.K;

        ExplainCommand(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        Printed ask(Opened memory) throws IOException {
            Limits.requireK(k);
            Answers.Explanation answer = memory.queries()
                    .explain(new ExplainQuery(from, to, Blend.chosen(horizon, blend), minSupport, time(at)));
            if (!evidence) {
                return new Printed(JSON.of(answer), TEXT.of(answer));
            }
            EvidenceAnswer found = operations().evidence(common(), memory, from, to, k);
            return new Printed(JSON.of(answer, found), TEXT.of(answer, found));
        }
    }

    @Command(name = "concepts", description = "Known concepts, most active first.")
    static final class ConceptsCommand extends Question {
        @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "how their ids begin")
        String prefix = "";

        @Option(names = "--k", description = "how many (default: 10)")
        int k = Limits.K;

        @Mixin
        Reading reading = new Reading();

        ConceptsCommand(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        Printed ask(Opened memory) {
            Answers.Concepts answer = memory.queries().concepts(prefix, k, reading.blend(), reading.atMs());
            return new Printed(JSON.of(answer), TEXT.of(answer));
        }
    }

    @Command(name = "trending", description = "What is growing fastest: log2 of the fast over the slow rate.")
    static final class TrendingCommand extends Question {
        @Option(names = "--k", description = "how many of each (default: 10)")
        int k = Limits.K;

        @Option(names = "--fast", description = "a half-life of the store (default: the fastest)")
        @Nullable
        String fast;

        @Option(names = "--blend", description = "in place of --fast: several, with weights, such as 1h:0.7,1d:0.3")
        @Nullable
        String blend;

        @Option(names = "--slow", description = "a slower one (default: the slowest that decays)")
        @Nullable
        String slow;

        @Option(names = "--min-support", description = "evidence asked for at the fast horizon (default: 3)")
        double minSupport = TrendingQuery.MIN_SUPPORT;

        @Option(
                names = "--at",
                description = "ISO-8601, a date (00:00 UTC), milliseconds, or now (default: the watermark)")
        @Nullable
        String at;

        TrendingCommand(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        Printed ask(Opened memory) {
            Answers.Trending answer = memory.queries()
                    .trending(new TrendingQuery(k, Blend.chosen("fast", fast, blend), slow, minSupport, time(at)));
            return new Printed(JSON.of(answer), TEXT.of(answer));
        }
    }

    @Command(name = "status", description = "How the memory stands, as of its last checkpoint.")
    static final class StatusCommand extends Question {
        StatusCommand(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        Printed ask(Opened memory) {
            StatusAnswer answer =
                    StatusAnswer.of(memory.engine().view(), memory.engine().memoryUse(), true, null, null, null);
            return new Printed(JSON.of(answer), TEXT.of(answer));
        }
    }

    @Command(name = "digest", description = "Both checksums of the memory, as of its last checkpoint.")
    static final class DigestCommand extends Question {
        DigestCommand(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        Printed ask(Opened memory) {
            var answer = memory.engine().digest();
            return new Printed(JSON.of(answer), TEXT.of(answer));
        }
    }

    private static @Nullable Long time(@Nullable String at) {
        return Times.parse(at, InstantSource.system());
    }
}

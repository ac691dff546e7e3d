package io.synfire.query.answer;

import io.synfire.query.answer.ScenarioAnswer.Sample;
import io.synfire.query.answer.ScenarioAnswer.Scenario;
import io.synfire.query.answer.ScenarioAnswer.Setup;
import io.synfire.query.answer.SvgDrawing.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A long run as a picture of two panels over one axis: above how fast it was over time, or what a pair cost over the number of edges; below
 * what it used of memory, the budget and what the process had. Readable on light and dark pages. Immutable and thread-safe.
 */
public final class ScenarioSvg {

    private static final int WIDTH = 860;
    private static final int HEIGHT = 562;
    private static final int MARGIN = 20;
    private static final int LEFT = 74;
    private static final int RIGHT = 836;
    private static final int UPPER_TOP = 100;
    private static final int UPPER_BOTTOM = 280;
    private static final int LOWER_TOP = 334;
    private static final int LOWER_BOTTOM = 484;
    private static final double MIB = 1 << 20;

    private static final String THIN = "stroke-width=\"1\"";
    private static final String BOLD = "stroke-width=\"2.5\"";
    private static final String DASHED = "stroke-width=\"1.5\" stroke-dasharray=\"6 4\"";

    /** What a line in a panel means. */
    private record Key(String stroke, String style, String text) {}

    /**
     * How a memory bears a long run.
     *
     * @param answer the answer
     * @return one SVG document, in UTF-8
     */
    public byte[] of(ScenarioAnswer answer) {
        ScenarioFigures figures = new ScenarioFigures(answer);
        boolean isGrowth = answer.setup().scenario() == Scenario.GROWTH;
        String title = isGrowth ? "What a pair costs as edges come" : "Learning with room for a part of the edges";
        SvgDrawing svg = new SvgDrawing(WIDTH, HEIGHT, title);
        svg.text(MARGIN, 30, "start", SvgDrawing.INK, "font-size=\"17\" font-weight=\"600\"", title);
        svg.text(MARGIN, 50, "start", SvgDrawing.FAINT_INK, "font-size=\"14\"", subtitle(answer, figures));
        SvgAxis across = isGrowth ? edges(answer) : minutes(figures);
        ToDoubleFunction<Sample> place = isGrowth ? Sample::edges : sample -> sample.seconds() / 60;
        if (isGrowth) {
            cost(svg, answer, across);
        } else {
            rate(svg, answer, figures, across);
        }
        memory(svg, answer, across, place);
        for (double tick : across.ticks()) {
            svg.text(
                    across.at(tick),
                    LOWER_BOTTOM + 18,
                    "middle",
                    SvgDrawing.FAINT_INK,
                    "",
                    isGrowth ? count(tick) : plain(tick));
        }
        svg.text(
                (LEFT + RIGHT) / 2.0,
                LOWER_BOTTOM + 38,
                "middle",
                SvgDrawing.FAINT_INK,
                "",
                isGrowth ? "directed edges, each step twice or two and a half times the one before" : "minutes");
        svg.text(MARGIN, HEIGHT - 16, "start", SvgDrawing.FAINT_INK, "", foot(answer));
        return svg.done();
    }

    private static SvgAxis minutes(ScenarioFigures figures) {
        return SvgAxis.upTo(figures.last().seconds() / 60, LEFT, RIGHT);
    }

    /** From the first step on; a run without steps is drawn over two decades. */
    private static SvgAxis edges(ScenarioAnswer answer) {
        double most = answer.samples().stream().mapToLong(Sample::edges).max().orElse(1);
        double least =
                answer.steps().isEmpty() ? most / 100 : answer.steps().get(0).edges() / 2.0;
        return SvgAxis.logarithmic(Math.max(1, Math.min(least, most / 2)), Math.max(2, most), LEFT, RIGHT);
    }

    private static void rate(SvgDrawing svg, ScenarioAnswer answer, ScenarioFigures figures, SvgAxis across) {
        List<Sample> samples = answer.samples();
        double most = figures.fastest();
        for (int i = 1; i < samples.size(); i++) {
            most = Math.max(most, figures.pairsPerSecond(i));
        }
        SvgAxis up = SvgAxis.fromZero(most / 1e6, UPPER_BOTTOM, UPPER_TOP);
        panel(svg, across, up, UPPER_TOP, UPPER_BOTTOM);
        keys(
                svg,
                UPPER_TOP - 14,
                "M pairs/s",
                List.of(
                        new Key(SvgDrawing.OTHER, THIN, "each second"),
                        new Key(SvgDrawing.OURS, BOLD, "mean of each tenth")));
        List<Point> seconds = new ArrayList<>();
        for (int i = 1; i < samples.size(); i++) {
            seconds.add(new Point(across.at(samples.get(i).seconds() / 60), up.at(figures.pairsPerSecond(i) / 1e6)));
        }
        svg.path(seconds, SvgDrawing.OTHER, THIN);
        List<Point> tenths = new ArrayList<>();
        for (ScenarioFigures.Span span : figures.spans()) {
            double height = up.at(span.pairsPerSecond() / 1e6);
            tenths.add(new Point(across.at(span.fromSeconds() / 60), height));
            tenths.add(new Point(across.at(span.toSeconds() / 60), height));
        }
        svg.path(tenths, SvgDrawing.OURS, BOLD);
    }

    private static void cost(SvgDrawing svg, ScenarioAnswer answer, SvgAxis across) {
        List<ScenarioAnswer.Step> steps = answer.steps();
        double most = steps.stream()
                .mapToDouble(ScenarioAnswer.Step::nanosPerPair)
                .max()
                .orElse(1);
        SvgAxis up = SvgAxis.fromZero(most * 1.15, UPPER_BOTTOM, UPPER_TOP);
        panel(svg, across, up, UPPER_TOP, UPPER_BOTTOM);
        keys(
                svg,
                UPPER_TOP - 14,
                "ns per ordered pair",
                List.of(new Key(SvgDrawing.OURS, BOLD, "mean since the step before")));
        List<Point> points = new ArrayList<>();
        for (ScenarioAnswer.Step step : steps) {
            points.add(new Point(across.at((double) step.edges()), up.at(step.nanosPerPair())));
        }
        svg.path(points, SvgDrawing.OURS, BOLD);
        for (int i = 0; i < points.size(); i++) {
            Point at = points.get(i);
            svg.dot(at, SvgDrawing.OURS);
            svg.text(
                    at.x(),
                    at.y() - 10,
                    at.x() > RIGHT - 20 ? "end" : "middle",
                    SvgDrawing.INK,
                    "",
                    String.format(Locale.ROOT, "%,.0f", steps.get(i).nanosPerPair()));
        }
    }

    private static void memory(SvgDrawing svg, ScenarioAnswer answer, SvgAxis across, ToDoubleFunction<Sample> place) {
        double budget = answer.setup().memoryBytes() / MIB;
        double most = budget;
        List<Point> accounted = new ArrayList<>();
        List<Point> resident = new ArrayList<>();
        List<Point> concepts = new ArrayList<>();
        for (Sample sample : answer.samples()) {
            Long process = sample.memory().residentBytes();
            most = Math.max(most, sample.memory().accountedBytes() / MIB);
            most = Math.max(most, process == null ? 0 : process / MIB);
        }
        SvgAxis up = SvgAxis.fromZero(most, LOWER_BOTTOM, LOWER_TOP);
        for (Sample sample : answer.samples()) {
            double x = place.applyAsDouble(sample);
            if (x < across.least()) {
                continue;
            }
            accounted.add(new Point(across.at(x), up.at(sample.memory().accountedBytes() / MIB)));
            concepts.add(new Point(across.at(x), up.at(sample.memory().conceptBytes() / MIB)));
            Long process = sample.memory().residentBytes();
            if (process != null) {
                resident.add(new Point(across.at(x), up.at(process / MIB)));
            }
        }
        panel(svg, across, up, LOWER_TOP, LOWER_BOTTOM);
        List<Key> keys = new ArrayList<>(List.of(
                new Key(SvgDrawing.OURS, BOLD, "accounted"),
                new Key(SvgDrawing.OURS, THIN, "ids, marginals"),
                new Key(SvgDrawing.INK, DASHED, String.format(Locale.ROOT, "budget, %,.0f MiB", budget))));
        if (!resident.isEmpty()) {
            keys.add(new Key(SvgDrawing.OTHER, BOLD, "resident: broker included"));
        }
        keys(svg, LOWER_TOP - 14, "memory, MiB", keys);
        svg.path(resident, SvgDrawing.OTHER, BOLD);
        svg.path(accounted, SvgDrawing.OURS, BOLD);
        svg.path(concepts, SvgDrawing.OURS, THIN);
        svg.line(new Point(LEFT, up.at(budget)), new Point(RIGHT, up.at(budget)), SvgDrawing.INK, DASHED);
    }

    private static void panel(SvgDrawing svg, SvgAxis across, SvgAxis up, int top, int bottom) {
        for (double tick : across.ticks()) {
            svg.line(new Point(across.at(tick), top), new Point(across.at(tick), bottom), SvgDrawing.GRID, THIN);
        }
        for (double tick : up.ticks()) {
            svg.line(new Point(LEFT, up.at(tick)), new Point(RIGHT, up.at(tick)), SvgDrawing.GRID, THIN);
            svg.text(LEFT - 8, up.at(tick) + 4, "end", SvgDrawing.FAINT_INK, "", plain(tick));
        }
        svg.line(new Point(LEFT, bottom), new Point(RIGHT, bottom), SvgDrawing.OTHER, THIN);
    }

    /** The unit of a panel, and what its lines mean, side by side above it. */
    private static void keys(SvgDrawing svg, int y, String unit, List<Key> keys) {
        svg.text(MARGIN, y, "start", SvgDrawing.INK, "font-weight=\"600\"", unit);
        double x = LEFT + 110;
        for (Key key : keys) {
            svg.line(new Point(x, y - 4), new Point(x + 28, y - 4), key.stroke(), key.style());
            svg.text(x + 36, y, "start", SvgDrawing.INK, "", key.text());
            // No letter of the fonts in question is wider on average.
            x += 36 + 7.2 * key.text().length() + 20;
        }
    }

    private static String subtitle(ScenarioAnswer answer, ScenarioFigures figures) {
        Setup setup = answer.setup();
        if (setup.scenario() == Scenario.GROWTH) {
            return String.format(
                    Locale.ROOT,
                    "JSON baskets from Kafka into %s edges; %d processors, producer and broker included",
                    count((double) answer.outcome().edges()),
                    setup.processors());
        }
        Double ratio = figures.roomRatio();
        return String.format(
                Locale.ROOT,
                "The same JSON baskets from Kafka again and again%s; %d processors, broker included",
                ratio == null ? "" : String.format(Locale.ROOT, ", room for %.0f%% of the edges", 100 * ratio),
                setup.processors());
    }

    private static String foot(ScenarioAnswer answer) {
        return String.format(
                Locale.ROOT,
                "%,d baskets, %,d pairs, %,d edges, %,.0f pairs/s over all; seed %d, Java %s",
                answer.outcome().rate().baskets(),
                answer.outcome().rate().pairs(),
                answer.outcome().edges(),
                answer.outcome().rate().pairsPerSecond(),
                answer.setup().seed(),
                answer.setup().java());
    }

    private static String plain(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, value < 0.1 ? "%.2f" : "%.1f", value);
    }

    private static String count(double value) {
        return value >= 1e6
                ? plain(Math.rint(value / 1e5) / 10) + "M"
                : value >= 1e3 ? plain(value / 1e3) + "k" : plain(value);
    }
}

package io.synfire.query.answer;

import io.synfire.query.answer.BenchAnswer.Contender;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A benchmark as a picture: a bar for each contender, as long as its rate, on one linear scale from 0. Only what does the same work is drawn; reading
 * alone would make all bars short. Readable on light and dark pages. Immutable and thread-safe.
 */
public final class BenchSvg {

    private static final int WIDTH = 860;
    private static final int TOP = 62;
    private static final int ROW = 40;
    private static final int BAR = 22;
    private static final int BAR_LEFT = 220;
    private static final int BAR_WIDTH_MAX = 400;
    private static final int BOTTOM = 44;
    private static final int MARGIN = 20;

    /**
     * How fast a memory learns, beside the others.
     *
     * @param answer the answer
     * @return one SVG document, in UTF-8
     */
    public byte[] of(BenchAnswer answer) {
        List<Contender> shown = answer.contenders().stream()
                .filter(contender -> !contender.name().equals(BenchAnswer.CEILING))
                .sorted(Comparator.comparingDouble(
                                (Contender contender) -> contender.rate().pairsPerSecond())
                        .reversed())
                .toList();
        int height = TOP + ROW * shown.size() + BOTTOM;
        StringBuilder svg = new StringBuilder(4096);
        add(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\"", WIDTH, height);
        add(
                svg,
                " width=\"%d\" height=\"%d\" font-family=\"system-ui, sans-serif\" font-size=\"14\">%n",
                WIDTH,
                height);
        add(svg, "<title>Associations learned per second</title>%n");
        add(svg, "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#ffffff\" stroke=\"#d0d7de\"/>%n", WIDTH, height);
        text(svg, MARGIN, 30, "#1f2328", "font-size=\"17\" font-weight=\"600\"", "Ordered pairs learned per second");
        text(
                svg,
                MARGIN,
                50,
                "#59636e",
                "",
                String.format(
                        Locale.ROOT,
                        "JSON baskets from Kafka into associations; %d processors, broker included; longer is faster",
                        answer.setup().processors()));
        double most = shown.get(0).rate().pairsPerSecond();
        for (int i = 0; i < shown.size(); i++) {
            row(svg, answer, shown.get(i), TOP + i * ROW, most);
        }
        text(svg, MARGIN, height - 16, "#59636e", "font-size=\"12\"", foot(answer));
        add(svg, "</svg>%n");
        return svg.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void row(StringBuilder svg, BenchAnswer answer, Contender contender, int top, double most) {
        boolean isOurs = contender.name().equals(BenchAnswer.SYNFIRE);
        double rate = contender.rate().pairsPerSecond();
        double width = most == 0 ? 0 : BAR_WIDTH_MAX * rate / most;
        int middle = top + BAR / 2 + 13;
        text(svg, MARGIN, middle, "#1f2328", isOurs ? "font-weight=\"600\"" : "", BenchText.label(contender.name()));
        add(
                svg,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>%n",
                BAR_LEFT,
                top + 8,
                Math.max(1, width),
                BAR,
                isOurs ? "#bc4c00" : "#8c959f");
        Double ratio = isOurs ? null : answer.ratioTo(contender.name());
        String said = String.format(Locale.ROOT, "%,.0f", rate)
                + (ratio == null ? "" : ", Synfire is " + BenchText.times(ratio))
                + (contender.cappedAtSeconds() == null ? "" : " *");
        text(svg, BAR_LEFT + (int) width + 10, middle, "#1f2328", isOurs ? "font-weight=\"600\"" : "", said);
    }

    private static String foot(BenchAnswer answer) {
        boolean isCapped = answer.contenders().stream().anyMatch(contender -> contender.cappedAtSeconds() != null);
        return String.format(
                Locale.ROOT,
                "%,d baskets, %,d pairs, seed %d, Java %s%s",
                answer.setup().baskets(),
                answer.setup().pairs(),
                answer.setup().seed(),
                answer.setup().java(),
                isCapped ? "     * stopped before it was done, so on less state" : "");
    }

    private static void text(StringBuilder svg, int x, int y, String fill, String style, String what) {
        add(svg, "<text x=\"%d\" y=\"%d\" fill=\"%s\" %s>%s</text>%n", x, y, fill, style, escaped(what));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static void add(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}

package io.synfire.query.answer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** A picture that is being drawn, on a card of its own so that it is readable on light and dark pages. One thread at a time. */
final class SvgDrawing {

    static final String INK = "#1f2328";
    static final String FAINT_INK = "#59636e";
    static final String OURS = "#bc4c00";
    static final String OTHER = "#8c959f";
    static final String GRID = "#e7ebef";

    private static final String BORDER = "#d0d7de";

    private final StringBuilder svg = new StringBuilder(1 << 15);

    /**
     * A point.
     *
     * @param x from the left
     * @param y from the top
     */
    record Point(double x, double y) {}

    SvgDrawing(int width, int height, String title) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\"", width, height);
        add(" width=\"%d\" height=\"%d\" font-family=\"system-ui, sans-serif\" font-size=\"12\">%n", width, height);
        add("<title>%s</title>%n", escaped(title));
        add("<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#ffffff\" stroke=\"%s\"/>%n", width, height, BORDER);
    }

    /** Text that begins, is centred or ends at a place, by {@code anchor}: start, middle or end. */
    void text(double x, double y, String anchor, String fill, String style, String what) {
        add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\" %s>%s</text>%n",
                x, y, anchor, fill, style, escaped(what));
    }

    void line(Point from, Point to, String stroke, String style) {
        add(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" %s/>%n",
                from.x(), from.y(), to.x(), to.y(), stroke, style);
    }

    void path(List<Point> points, String stroke, String style) {
        if (points.isEmpty()) {
            return;
        }
        svg.append("<polyline fill=\"none\" points=\"");
        points.forEach(point -> add("%.1f,%.1f ", point.x(), point.y()));
        add("\" stroke=\"%s\" stroke-linejoin=\"round\" %s/>%n", stroke, style);
    }

    void dot(Point at, String fill) {
        add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>%n", at.x(), at.y(), fill);
    }

    /** Ends it. */
    byte[] done() {
        svg.append("</svg>").append(System.lineSeparator());
        return svg.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}

package io.synfire.query.app;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The bundled purchases as records, one after the other; {@code demo/NOTICE.md} describes the file and names its source. */
final class DemoBaskets implements AutoCloseable {

    private static final String RESOURCE = "/demo/online-retail.txt.gz";
    private static final int RADIX = 36;
    private static final long MINUTE_MS = 60_000;

    private final BufferedReader lines;
    private final JsonFactory factory = new JsonFactory();
    private final String[] products;
    private final int count;
    private long minutes;

    DemoBaskets() throws IOException {
        InputStream stream = DemoBaskets.class.getResourceAsStream(RESOURCE);
        if (stream == null) {
            throw new IllegalStateException("a resource is missing from the build: resource=" + RESOURCE);
        }
        lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(stream), StandardCharsets.UTF_8));
        String[] header = line().split(" ", -1);
        products = new String[Integer.parseInt(header[0])];
        count = Integer.parseInt(header[1]);
        for (int i = 0; i < products.length; i++) {
            products[i] = line();
        }
    }

    /** How many baskets there are in all. */
    int count() {
        return count;
    }

    /** The next basket as an episode in JSON. */
    byte[] next() throws IOException {
        String[] fields = line().split(" ", -1);
        minutes += Long.parseLong(fields[1]);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeNumberProperty("at", minutes * MINUTE_MS);
            json.writeStringProperty("eventId", "invoice-" + fields[0]);
            json.writeName("concepts");
            json.writeStartArray();
            int product = -1;
            for (int i = 2; i < fields.length; i++) {
                product += 1 + Integer.parseInt(fields[i], RADIX);
                json.writeString(products[product]);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }

    private String line() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IllegalStateException("a resource ends too early: resource=" + RESOURCE);
        }
        return line;
    }
}

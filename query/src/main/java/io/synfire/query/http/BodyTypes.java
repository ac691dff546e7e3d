package io.synfire.query.http;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** Whether a body is of a type that a route takes, as it is: UTF-8, and not compressed. */
final class BodyTypes {

    private static final Pattern TYPE = Pattern.compile("([^;\\s]+)\\s*(;\\s*charset=\"?utf-8\"?\\s*)?;?");

    private BodyTypes() {}

    /** Why it is not, or null. */
    static @Nullable String refusal(HttpFields headers, Set<String> types) {
        String encoding = headers.get(HttpHeader.CONTENT_ENCODING);
        if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
            return "a body must not be compressed: Content-Encoding=" + encoding;
        }
        // Of several it is not clear which is meant.
        List<String> all = headers.getValuesList(HttpHeader.CONTENT_TYPE);
        String given = all.isEmpty() ? null : String.join(", ", all);
        String type = given == null ? "" : given.strip().toLowerCase(Locale.ROOT);
        Matcher matcher = TYPE.matcher(type);
        return matcher.matches() && types.contains(matcher.group(1))
                ? null
                : "the content type must be one of " + types + ", in UTF-8: Content-Type="
                        + (given == null ? "missing" : given);
    }
}

/** What a person sees at `/simplefin/create`: how to make a token. It holds no secret and makes none, so it needs no sign-in. */

export const CREATE_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Relink: connect a program</title></head>
<body>
<h1>Connect a program to Relink</h1>
<p>On the host that runs Relink, make a setup token:</p>
<pre>relink simplefin create --label "Actual at home"</pre>
<p>Paste the token into the program where it asks for a SimpleFIN setup token. It is good for 24 hours and for one program.</p>
<p>The program then reads all accounts, or only those named with <code>--account</code>. If it reaches Relink under another address
than this host, give that address with <code>--url</code>.</p>
<p><code>relink simplefin list</code> shows which programs read and when they last did; <code>relink simplefin revoke</code> ends it.</p>
</body>
</html>
`

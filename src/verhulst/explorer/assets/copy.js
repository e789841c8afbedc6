// This moment as Python, and as LaTeX.

const asPython = (state) => {
  const kind = { float64: "np.float64", float32: "np.float32", float16: "np.float16", bfloat16: "ml_dtypes.bfloat16" }[state.type];
  const points = parsePoints(state.data);
  return `${state.type === "bfloat16" ? "import ml_dtypes\n" : ""}import numpy as np
import verhulst as vh

z = ${kind}(${state.z})
print(vh.sigmoid(z))             # ${plain(roundTo(sigmoid(roundTo(state.z, floatTypes[state.type])), floatTypes[state.type]), 6).replace(/−/g, "-")}
print(vh.sigmoid_derivative(z))  # not s * (1 - s)
print(vh.log_sigmoid(z))         # not log(s)

x = np.array([${points.map((p) => p.x).join(", ")}])
y = np.array([${points.map((p) => p.y).join(", ")}])
model = vh.LogisticRegression().fit(x[:, None], y)
print(model.intercept_, model.coef_)
`;
};

const asLatex = ({ z }) =>
  `\\sigma(${+z.toFixed(4)}) = \\frac{1}{1 + e^{${+(-z).toFixed(4)}}} = ${sigmoid(z).toPrecision(6)}, \\qquad ` +
  `\\sigma'(z) = \\sigma(z)\\,\\sigma(-z) = ${sigmoidDerivative(z).toPrecision(4)}, \\qquad ` +
  `\\log\\frac{p}{1-p} = ${+z.toFixed(4)}`;

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // an old browser, or a frame without permission
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

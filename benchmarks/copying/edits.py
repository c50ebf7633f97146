"""What people do to a picture before they post it again."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from math import sqrt

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Picture = Image.Image
Edit = Callable[[Picture], Picture]


def resized(image: Picture, across: float, down: float) -> Picture:
    """Another size, by the resampling that most programs use."""
    return image.resize((round(image.width * across), round(image.height * down)), Image.Resampling.BICUBIC)


def recompressed(image: Picture, form: str, quality: int) -> Picture:
    """Saved with loss, and read again."""
    buffer = io.BytesIO()
    image.save(buffer, form, quality=quality)
    return Image.open(buffer).convert("RGB")


def cropped(image: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """Without these shares of the width and the height."""
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
    )


def bordered(image: Picture, share: float, colour: str) -> Picture:
    """With an even border of this share of the longer side."""
    return ImageOps.expand(image, round(share * max(image.size)), colour)


def squared(image: Picture) -> Picture:
    """Letterboxed to a square on black, as some platforms do."""
    side = max(image.size)
    return (
        ImageOps.pad(image, (side, side), color="black")
        if image.width != image.height
        else bordered(image, 0.1, "black")
    )


def _font(image: Picture, share: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(8.0, share * image.height))


def captioned(image: Picture) -> Picture:
    """A line of outlined capitals across the lower part."""
    image = image.copy()
    place = (image.width / 2, image.height * 0.88)
    stroke = max(1, image.height // 120)
    ImageDraw.Draw(image).text(
        place,
        "LOOK AT THIS",
        fill="white",
        font=_font(image, 0.1),
        anchor="mm",
        stroke_width=stroke,
        stroke_fill="black",
    )
    return image


def barred(image: Picture) -> Picture:
    """A white bar with two lines of words above the picture."""
    bar = round(image.height * 0.18)
    framed = Image.new("RGB", (image.width, image.height + bar), "white")
    framed.paste(image, (0, bar))
    draw = ImageDraw.Draw(framed)
    for line, words in enumerate(("you will not believe", "what she did next")):
        draw.text((image.width * 0.05, bar * (0.08 + 0.45 * line)), words, fill="black", font=_font(image, 0.06))
    return framed


def watermarked(image: Picture) -> Picture:
    """Half-transparent words across the picture."""
    layer = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(layer)
    for row in range(4):
        place = (image.width * 0.1, image.height * (0.05 + row * 0.25))
        draw.text(place, "SAMPLE PHOTO", fill=(255, 255, 255, 110), font=_font(image, 0.1))
    return Image.alpha_composite(image.convert("RGBA"), layer.rotate(20)).convert("RGB")


def with_emoji(image: Picture) -> Picture:
    """A yellow disc over a tenth of the picture."""
    image = image.copy()
    radius = sqrt(image.width * image.height * 0.1 / np.pi)
    x, y = image.width * 0.6, image.height * 0.4
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 204, 77))
    return image


def rotated(image: Picture, degrees: float) -> Picture:
    """Turned by a few degrees within its frame; what is missing is black."""
    return image.rotate(degrees, Image.Resampling.BICUBIC)


def screenshot(image: Picture) -> Picture:
    """On a phone's screen in an app: full width, bars above and below, saved as it is."""
    screen = Image.new("RGB", (390, 844), "white")
    shown = ImageOps.contain(image, (390, 600), Image.Resampling.BICUBIC)
    screen.paste(shown, (0, 150))
    draw = ImageDraw.Draw(screen)
    draw.text((20, 15), "9:41", fill="black", font=ImageFont.load_default(16))
    draw.text((60, 100), "somebody", fill="black", font=ImageFont.load_default(18))
    draw.ellipse((14, 95, 50, 131), fill="grey")
    draw.text((14, 160 + shown.height), "Liked by others and 128 more", fill="black", font=ImageFont.load_default(15))
    return screen


def cut_screenshot(image: Picture) -> Picture:
    """The same, cut back to the picture by hand, some pixels wide of it, and saved as JPEG."""
    shown = ImageOps.contain(image, (390, 600), Image.Resampling.BICUBIC)
    cut = screenshot(image).crop((0, 144, 390, 158 + shown.height))
    return recompressed(cut, "JPEG", 80)


def noisy(image: Picture) -> Picture:
    """Gaussian noise of 12 grey levels."""
    pixels = np.asarray(image).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 12, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def sepia(image: Picture) -> Picture:
    """Brown and white."""
    return ImageOps.colorize(image.convert("L"), "#1a0f00", "#fff4d6", mid="#a67c52")


turned = partial(partial, Image.Image.transpose)
EDITS: dict[str, tuple[tuple[str, Edit], ...]] = {
    "resize": (
        ("to a half", partial(resized, across=0.5, down=0.5)),
        ("to double", partial(resized, across=2, down=2)),
        ("a quarter narrower", partial(resized, across=0.75, down=1)),
    ),
    "recompression": (
        ("JPEG 50", partial(recompressed, form="JPEG", quality=50)),
        ("JPEG 20", partial(recompressed, form="JPEG", quality=20)),
        ("JPEG 8", partial(recompressed, form="JPEG", quality=8)),
        ("WebP 30", partial(recompressed, form="WEBP", quality=30)),
    ),
    "crop": (
        ("2 % off every side", partial(cropped, left=0.02, top=0.02, right=0.02, bottom=0.02)),
        ("5 % off every side", partial(cropped, left=0.05, top=0.05, right=0.05, bottom=0.05)),
        ("10 % off the bottom", partial(cropped, left=0, top=0, right=0, bottom=0.1)),
        ("10 % off every side", partial(cropped, left=0.1, top=0.1, right=0.1, bottom=0.1)),
    ),
    "border": (
        ("2 % white", partial(bordered, share=0.02, colour="white")),
        ("5 % white", partial(bordered, share=0.05, colour="white")),
        ("10 % black", partial(bordered, share=0.1, colour="black")),
        ("letterboxed to a square", squared),
    ),
    "text overlay": (
        ("caption", captioned),
        ("watermark", watermarked),
        ("a disc over a tenth", with_emoji),
        ("bar with words above", barred),
    ),
    "mirror": (("left to right", turned(method=Image.Transpose.FLIP_LEFT_RIGHT)),),
    "rotation": (
        ("by 90°", turned(method=Image.Transpose.ROTATE_90)),
        ("by 180°", turned(method=Image.Transpose.ROTATE_180)),
        ("by 1°", partial(rotated, degrees=1)),
        ("by 3°", partial(rotated, degrees=3)),
        ("by 10°", partial(rotated, degrees=10)),
    ),
    "filter": (
        ("grey", lambda image: image.convert("L").convert("RGB")),
        ("sepia", sepia),
        ("brighter by 40 %", lambda image: ImageEnhance.Brightness(image).enhance(1.4)),
        ("darker by 40 %", lambda image: ImageEnhance.Brightness(image).enhance(0.6)),
        ("contrast up by 60 %", lambda image: ImageEnhance.Contrast(image).enhance(1.6)),
        ("colour doubled", lambda image: ImageEnhance.Color(image).enhance(2.0)),
        ("blurred", lambda image: image.filter(ImageFilter.GaussianBlur(max(image.size) / 100))),
        ("sharpened", lambda image: image.filter(ImageFilter.UnsharpMask(3, 200))),
        ("noise", noisy),
        ("inverted", ImageOps.invert),
    ),
    "screenshot": (("cut back to the picture", cut_screenshot), ("whole phone screen", screenshot)),
}
